/** `flv wire decode` */
import { type FrameDescription, frameLine } from '@fluvio-ts/protocol/describe';
import { EXIT } from '../errors/exit-code.ts';
import { UsageError } from '../parse/usage-error.ts';
import type { Cli } from '../session/cli.ts';
import type { WireDecode } from '../spec/wire.ts';
import { wireInput } from '../wire/input.ts';
import { pretty } from '../wire/pretty.ts';
import { apiNamed, type Known, type Reading, reader } from '../wire/reading.ts';

export async function run({ args, options }: WireDecode, { out, talk, globals, signal }: Cli): Promise<number> {
  const known = knownOf(options);
  const { source, frames } = await wireInput(args.input, signal);
  const { maxBytes, maxRecords, brief } = options;
  const read = reader(known, { maxBytes, maxRecords });
  const output = globals.json && options.output === 'line' ? 'json' : options.output;
  const listed = output === 'json' && frames.length > 1;

  let failed = 0;
  if (listed) await out.line('[');
  for (const [index, frame] of frames.entries()) {
    if (out.gone.aborted) return EXIT.ok;
    signal.throwIfAborted();
    const reading = read(frame);
    const { error } = reading.description;
    if (output === 'line') await out.line(frameLine(reading.description));
    else {
      const shown = objectOf(reading, frame.name, brief);
      const text = output === 'json' ? pretty(shown, listed ? '  ' : '') : JSON.stringify(shown);
      await out.line(listed ? `  ${text}${index < frames.length - 1 ? ',' : ''}` : text);
    }
    if (error === undefined) continue;
    failed++;
    const which = frames.length === 1 ? source : `frame ${index + 1} of ${source}`;
    talk.warn(`${which}: ${lengthNote(reading)}${error.message} [${error.code}]`);
  }
  if (listed) await out.line(']');
  if (failed === 0) return EXIT.ok;
  return failed === frames.length ? EXIT.usage : EXIT.partial;
}

function knownOf({ server, request, response, api, apiVersion }: WireDecode['options']): Known {
  if (apiVersion !== undefined && api === undefined) throw new UsageError('--version is that of an --api: give both');
  if (api === undefined) {
    return { server, direction: request ? 'request' : response ? 'response' : undefined };
  }
  const found = apiNamed(api, server);
  return { server: found.server, direction: 'response', api: { key: found.key, version: apiVersion } };
}

/** The description as it is shown: a name in front, what else it may be behind. */
function objectOf({ description, others, cutFrom }: Reading, name: string | undefined, brief: boolean) {
  const { parts, ...facts } = description;
  return {
    ...(name !== undefined && { name }),
    ...facts,
    ...(cutFrom !== undefined && { bytesByItsLength: cutFrom }),
    ...(others.length > 0 && { orElse: others.map(shortly) }),
    ...(!brief && { parts }),
  };
}

const shortly = ({ server, api, version, direction }: FrameDescription): string =>
  `${server} ${api} v${version} ${direction}`;

const lengthNote = ({ cutFrom, description }: Reading): string =>
  cutFrom === undefined ? '' : `its length says ${cutFrom} bytes, and ${description.bytes} are there: `;
