/** `flv smartmodule test` */
import { readFile } from 'node:fs/promises';
import process from 'node:process';
import { text as textOf } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import type { Lookback } from '@fluvio-ts/protocol';
import { type ChainModule, recordBlock } from '@fluvio-ts/smartmodule';
import { smartModuleHost } from '@fluvio-ts/smartmodule/worker';
import { unreadable } from '../errors/unreadable.ts';
import { formatOf, isForPrograms } from '../output/print.ts';
import { UsageError } from '../parse/usage-error.ts';
import type { Cli } from '../session/cli.ts';
import type { SmartModuleTest } from '../spec/smartmodule.ts';

type Options = SmartModuleTest['options'];

export async function run({ args, options }: SmartModuleTest, cli: Cli): Promise<void> {
  const file = args.file ?? options.wasmFile;
  if (file === undefined) {
    throw new UsageError('the .wasm file is missing');
  }
  const { signal, out } = cli;
  const module = await moduleOf(file, options);
  const values = options.text.length > 0 ? options.text : linesOf(await textOf(process.stdin));
  await using host = smartModuleHost();
  await using chain = await host.startChain([module], { signal });
  if (options.record.length > 0) {
    const past = ({ last }: Lookback) => recordBlock(options.record.slice(-Number(last)));
    await chain.lookBack(past, { signal });
  }
  const baseOffset = BigInt(options.record.length);
  const input = values.map((value) => ({ key: options.key, value }));
  const { records, error } = await chain.process(recordBlock(input, { baseOffset }), { signal });
  const forPrograms = isForPrograms(formatOf(cli));
  for (const record of records) {
    const offset = Number(records.origin.baseOffset) + record.offsetDelta;
    const [key, value] = [record.keyText(), record.text()];
    if (forPrograms) await out.line(JSON.stringify({ offset, key, value }));
    else await out.line(options.verbose ? `${offset} [${key ?? 'null'}] ${value}` : value);
  }
  if (error !== undefined) throw error;
}

async function moduleOf(path: string, options: Options): Promise<ChainModule> {
  const { params, aggregateInitial, record, lookbackLast } = options;
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (error) {
    throw unreadable(path, error);
  }
  return {
    wasm: bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes,
    name: path,
    params: Object.fromEntries(params),
    ...(aggregateInitial !== undefined && { accumulator: new TextEncoder().encode(aggregateInitial) }),
    ...(record.length > 0 && { lookback: { last: BigInt(lookbackLast ?? record.length), age: undefined } }),
  };
}

const linesOf = (input: string): string[] => (input === '' ? [] : input.replace(/\r?\n$/, '').split(/\r?\n/));
