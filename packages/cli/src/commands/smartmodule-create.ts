/** `flv smartmodule create` */
import { readFile } from 'node:fs/promises';
import { admin, type SmartModuleSettings, toJson } from '@fluvio-ts/admin';
import { unreadable } from '../errors/unreadable.ts';
import { formatOf, isForPrograms, printValue } from '../output/print.ts';
import { UsageError } from '../parse/usage-error.ts';
import { packageOf } from '../records/smartmodule-toml.ts';
import type { Cli } from '../session/cli.ts';
import { timeoutOf, withClient } from '../session/connect.ts';
import type { SmartModuleCreate } from '../spec/smartmodule.ts';

export async function run({ args, options }: SmartModuleCreate, cli: Cli): Promise<void> {
  if (options.wasmFile === undefined) {
    throw new UsageError('--wasm-file <file> is missing');
  }
  const { signal } = cli;
  const settings: SmartModuleSettings = {
    wasm: await bytesOf(options.wasmFile),
    ...(options.package !== undefined && packageOf(options.package, (await bytesOf(options.package)).toString())),
  };
  const module = await withClient(cli, (client) =>
    admin(client).smartModules.create(args.name, settings, { timeoutMs: timeoutOf(cli), signal }),
  );
  const format = formatOf(cli);
  if (isForPrograms(format)) return printValue(cli, toJson(module), format);
  if (!cli.globals.quiet) await cli.out.line(`smartmodule "${module.name}" has been created.`);
}

async function bytesOf(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    throw unreadable(path, error);
  }
}
