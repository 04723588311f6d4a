/** `flv wire …` */
import { hostPort } from '../values/host-port.ts';
import { integer } from '../values/integer.ts';
import { command, flag, group, type Input, oneOf, oneOfOr, optional, text, value, valueOr } from './command.ts';

const decodeArgs = {
  input: optional('a file, or the frames themselves; - or nothing is standard input', { completes: 'file' }),
} as const;
const decodeOptions = {
  server: oneOf('--server <kind>', 'which server the frames go to or come from (default: as it looks)', ['sc', 'spu']),
  request: flag('--request', 'the frames are requests', { conflicts: ['response', 'api'] }),
  response: flag('--response', 'the frames are answers, which name neither API nor version'),
  api: value('--api <name>', 'of answers: what was asked, such as Watch or 1004', text),
  apiVersion: value(
    '--api-version <n>',
    'of answers: at which version (default: the newest that fits)',
    integer(0, 32_767),
    {
      aliases: ['--version'],
    },
  ),
  brief: flag('--brief', 'leave out which bytes say what'),
  maxBytes: valueOr('--max-bytes <n>', 'show so many bytes of each key, value and other bytes', integer(), 64),
  maxRecords: valueOr('--max-records <n>', 'show so many records of each batch', integer(), 20),
  output: oneOfOr(
    '-O, --output <format>',
    'json: one object, or a list of several; ndjson: an object a line; line: a line for people',
    ['json', 'ndjson', 'line'],
    'json',
  ),
} as const;
export type WireDecode = Input<typeof decodeArgs, typeof decodeOptions>;

const proxyOptions = {
  listen: valueOr(
    '--listen <host:port>',
    'where clients connect; port 0 for any',
    hostPort,
    {
      host: '127.0.0.1',
      port: 0,
    },
    { fallbackText: '127.0.0.1:0' },
  ),
  to: value('--to <host:port>', 'the server to pass everything on to', hostPort),
  server: oneOfOr('--server <kind>', 'what that server is', ['sc', 'spu'], 'sc'),
  direct: flag('--direct', 'leave the addresses of SPUs alone, so that clients pass the proxy by', {
    aliases: ['--no-follow'],
  }),
  record: value('--record <file>', 'write every frame to a file for flv wire decode', text, { completes: 'file' }),
  output: oneOfOr(
    '-O, --output <format>',
    'line: a line for each message; ndjson: all of it',
    ['line', 'ndjson'],
    'line',
  ),
} as const;
export type WireProxy = Input<Record<never, never>, typeof proxyOptions>;

export const wire = group({
  name: 'wire',
  summary: 'look at the protocol: decode frames, listen in on a client and a server',
  commands: [
    command({
      name: 'decode',
      summary: 'show what frames say, and which of their bytes say it',
      details: [
        'Takes hexadecimal digits, base64, raw bytes, or JSON with the hex or base64 of each frame, such as a recording of flv wire proxy. Frames may have their length in front or not.',
        'Positions count from the first byte behind the length. A frame that cannot be read is shown as far as it can be, with a warning; the exit code is 7 then, or 2 where none can be read.',
      ].join('\n\n'),
      local: true,
      examples: [
        ["flv wire decode '03ea 0019 00000003 0006666c7576696f 00000000'", 'a request in hexadecimal digits'],
        ['flv wire decode answer.hex --server sc --response --api Watch --version 19', 'an answer to a Watch'],
        ['flv wire decode recording.ndjson -O line', 'a recorded conversation, a line for each message'],
        ['xxd -p frame.bin | flv wire decode --brief', 'without the bytes'],
      ],
      args: decodeArgs,
      options: decodeOptions,
      load: () => import('../commands/wire-decode.ts'),
    }),
    command({
      name: 'proxy',
      summary: 'stand between clients and a cluster, and show what they say; Ctrl-C stops it',
      details:
        'Bytes pass as they are. Only the addresses of SPUs in the answers of the SC are replaced, so that clients reach those through the proxy, too; --direct (or --no-follow) leaves them alone. TLS passes unread.',
      local: true,
      examples: [
        ['flv wire proxy --listen 127.0.0.1:9103 --to 127.0.0.1:9003', 'then: flv --cluster 127.0.0.1:9103 topic list'],
        ['flv wire proxy --to 127.0.0.1:9003 --record talk.ndjson', 'keep every frame for flv wire decode'],
        [
          'flv wire proxy --to 127.0.0.1:9003 -O ndjson | jq \'select(.api == "Produce")\'',
          'whole messages, of one kind',
        ],
      ],
      args: {},
      options: proxyOptions,
      load: () => import('../commands/wire-proxy.ts'),
    }),
  ],
});
