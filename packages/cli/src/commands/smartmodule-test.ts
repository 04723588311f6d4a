/** `flv smartmodule test` */
import process from 'node:process';
import { text as textOf } from 'node:stream/consumers';
import type { Lookback } from '@fluvio-ts/protocol';
import { type ChainModule, recordBlock } from '@fluvio-ts/smartmodule';
import { smartModuleHost } from '@fluvio-ts/smartmodule/worker';
import { formatOf, isForPrograms } from '../output/print.ts';
import { UsageError } from '../parse/usage-error.ts';
import { readWasm } from '../records/wasm-file.ts';
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
  return {
    wasm: await readWasm(path),
    name: path,
    params: Object.fromEntries(params),
    ...(aggregateInitial !== undefined && { accumulator: new TextEncoder().encode(aggregateInitial) }),
    ...(record.length > 0 && { lookback: { last: BigInt(lookbackLast ?? record.length), age: undefined } }),
  };
}

const linesOf = (input: string): string[] => (input === '' ? [] : input.replace(/\r?\n$/, '').split(/\r?\n/));
