/** `flv produce` and `flv consume` */
import { duration } from '../values/duration.ts';
import { integer, offset } from '../values/integer.ts';
import { isolation } from '../values/isolation.ts';
import { moment } from '../values/moment.ts';
import { sizeFrom } from '../values/size.ts';
import { deliverySemantic } from '../values/words.ts';
import { command, flag, type Input, oneOf, required, text, value, valueOr, values } from './command.ts';
import { smartModuleOptions } from './smartmodules.ts';

const LARGEST_I32 = 0x7fff_ffff;

const produceArgs = { topic: required('topic to produce to', { completes: 'topic' }) } as const;
const produceOptions = {
  file: values('-f, --file <path>', 'read records from a file instead of standard input; - is standard input', text, {
    completes: 'file',
  }),
  key: value('--key <key>', 'one key for all records', text, { conflicts: ['keySeparator'] }),
  keySeparator: value('--key-separator <text>', 'split each line into key and value at the first such text', nonEmpty, {
    conflicts: ['raw', 'key'],
  }),
  raw: flag('--raw', 'take all input as one record, byte by byte'),
  partition: value('-p, --partition <n>', 'partition to produce to, instead of the one of the key', integer(), {
    conflicts: ['mirror'],
  }),
  mirror: value('-m, --mirror <cluster>', 'produce to the partition that mirrors to or from this cluster', text, {
    conflicts: ['partition'],
  }),
  compression: oneOf(
    '--compression <codec>',
    'how batches are compressed (default what the topic asks for, else none)',
    ['none', 'gzip', 'snappy', 'lz4', 'zstd'],
  ),
  batchSize: value('--batch-size <size>', 'size of a full batch (default 64KiB)', sizeFrom(1, LARGEST_I32)),
  linger: valueOr('--linger <duration>', 'how long a batch waits for more records', duration, 0, {
    fallbackText: '0ms',
  }),
  maxRequestSize: valueOr(
    '--max-request-size <size>',
    'largest request, and so the largest record',
    sizeFrom(1, LARGEST_I32),
    1_048_576,
    { fallbackText: '1MiB' },
  ),
  isolation: value(
    '--isolation <level>',
    'read_uncommitted: acknowledged when the leader has it (default); read_committed: when its replicas have, too',
    isolation,
  ),
  deliverySemantic: value(
    '--delivery-semantic <word>',
    'at-least-once: what may be lost is sent again (default); at-most-once: it is not, and counts as failed',
    deliverySemantic,
  ),
  ...smartModuleOptions,
  verbose: flag('-v, --verbose', 'print partition, offset, key and value of each record as it is acknowledged'),
} as const;
export type Produce = Input<typeof produceArgs, typeof produceOptions>;

function nonEmpty(given: string): string {
  if (given === '') throw new TypeError('the separator is empty');
  return given;
}

/** Forms in which consumed records are printed. */
export const RECORD_FORMATS = ['dynamic', 'text', 'binary', 'json', 'ndjson', 'raw'] as const;
export type RecordFormat = (typeof RECORD_FORMATS)[number];

const STARTS = ['beginning', 'head', 'tail', 'start', 'since'];
const startsBut = (name: string): readonly string[] => STARTS.filter((each) => each !== name);

const consumeArgs = { topic: required('topic to consume', { completes: 'topic' }) } as const;
const consumeOptions = {
  beginning: flag('-B, --beginning', 'start at the first record', { conflicts: startsBut('beginning') }),
  head: value('-H, --head <n>', 'start behind the first n records of each partition (to stop after n: -n)', integer(), {
    conflicts: startsBut('head'),
  }),
  tail: value('-T, --tail <n>', 'start at the last n records of each partition', integer(), {
    conflicts: startsBut('tail'),
  }),
  start: value('--start <offset>', 'start at this offset of each partition', offset, { conflicts: startsBut('start') }),
  since: value('--since <time>', 'start at the first record of this time: 10m for ten minutes ago, or a date', moment, {
    conflicts: startsBut('since'),
  }),
  consumer: value(
    '-c, --consumer <name>',
    'go on where this consumer stopped, and store how far it is every 2 seconds; where nothing is stored the other starts hold, and --start holds in any case',
    text,
  ),
  end: value('--end <offset>', 'stop behind this offset of each partition', offset),
  until: value('--until <time>', 'stop in front of the first record of this time', moment),
  count: value('-n, --count <n>', 'stop after n records', integer(1)),
  disableContinuous: flag('-d, --disable-continuous', 'stop at the end of what is there now'),
  partition: values('-p, --partition <n>', 'read this partition; may be repeated (default all)', integer(), {
    conflicts: ['allPartitions'],
  }),
  allPartitions: flag('-A, --all-partitions', 'read all partitions, as is the default', { hidden: true }),
  output: oneOf(
    '-O, --output <format>',
    'form of the records; dynamic, the default, is text, or a hex dump of what is none',
    RECORD_FORMATS,
    {
      conflicts: ['format'],
    },
  ),
  keyValue: flag('-k, --key-value', 'print the key in front of the value'),
  format: value('-F, --format <template>', 'print each record by a template, {{key}} {{value}} say', text),
  suppressUnknown: flag('--suppress-unknown', 'json: leave out what is no JSON; text: print binary values, too'),
  delimiter: value('--delimiter <text>', 'raw: write this behind each record; \\n, \\t, \\0 and \\xNN work', text),
  truncate: flag('--truncate', 'cut lines to the width of the terminal', { conflicts: ['output', 'format'] }),
  maxbytes: value(
    '-b, --maxbytes <size>',
    'most bytes in one answer of the cluster (default 1MiB)',
    sizeFrom(1, LARGEST_I32),
  ),
  isolation: value(
    '--isolation <level>',
    'read_uncommitted (default), or read_committed: only what the replicas have, too',
    isolation,
  ),
  ...smartModuleOptions,
  skipFailures: flag('--skip-failures', 'leave out records on which a SmartModule fails, instead of stopping'),
  disableProgressbar: flag('--disable-progressbar', 'show no progress while waiting'),
} as const;
export type Consume = Input<typeof consumeArgs, typeof consumeOptions>;

export const produce = command({
  name: 'produce',
  summary: 'send records: lines of standard input or of files',
  details:
    'Each line is one record, bytes as they are. What is acknowledged, what failed and how fast it was is said on stderr at the end. A record that fails makes the exit code 7, or the code of the reason when none was acknowledged.',
  examples: [
    ['echo hello | flv produce greetings', 'one record'],
    ['flv produce orders -f orders.txt --key-separator :', 'key:value lines of a file'],
    ['flv produce pictures --raw -f cat.jpg --max-request-size 8MiB', 'a whole file as one record'],
    ['flv produce orders -f orders.txt --compression zstd --linger 10ms', 'compressed, in larger batches'],
    ['flv produce orders --smartmodule upper -e locale=de', 'transformed by a SmartModule before they are stored'],
    ['flv produce greetings', 'type records; Ctrl-D ends'],
  ],
  args: produceArgs,
  options: produceOptions,
  load: () => import('../commands/produce.ts'),
});

export const consume = command({
  name: 'consume',
  summary: 'read records',
  details: [
    'Starts at the end and goes on for ever, unless told otherwise.',
    'Templates know {{key}}, {{value}}, {{offset}}, {{partition}}, {{topic}}, {{time}}, {{timestamp}}, {{keyHex}}, {{valueHex}}, {{keyBase64}}, {{valueBase64}} and {{json.path.of.a.field}}, and the escapes \\n, \\t, \\0 and \\xNN.',
  ].join('\n\n'),
  reserves: ['-m'],
  examples: [
    ['flv consume orders -B -d', 'everything that is there'],
    ['flv consume orders -T 10 -k', 'the last ten of each partition, with keys, and what comes'],
    ["flv consume orders -B -n 5 -F '{{partition}}/{{offset}} {{key}}={{value}}'", 'five, in a form of your own'],
    ['flv consume orders -B -d -O ndjson | jq .value', 'one JSON object for each record'],
    ['flv consume orders --consumer billing -B', 'go on where it was interrupted'],
    ['flv consume orders --since 1h --smartmodule large -e over=100', 'the last hour, filtered by the cluster'],
    ['flv consume pictures -B -n 1 -O raw > cat.jpg', 'exact bytes'],
  ],
  args: consumeArgs,
  options: consumeOptions,
  load: () => import('../commands/consume.ts'),
});
