/** `flv smartmodule create` */
import { readFile } from 'node:fs/promises';
import { admin, type SmartModuleSettings, toJson } from '@fluvio-ts/admin';
import { unreadable } from '../errors/unreadable.ts';
import { formatOf, isForPrograms, printValue } from '../output/print.ts';
import { UsageError } from '../parse/usage-error.ts';
import { packageOf } from '../records/smartmodule-toml.ts';
import { readWasm } from '../records/wasm-file.ts';
import type { Cli } from '../session/cli.ts';
import { timeoutOf, withClient } from '../session/connect.ts';
import type { SmartModuleCreate } from '../spec/smartmodule.ts';

export async function run({ args, options }: SmartModuleCreate, cli: Cli): Promise<void> {
  const file = args.file ?? options.wasmFile;
  if (file === undefined) {
    throw new UsageError('the .wasm file is missing', `flv smartmodule create ${args.name} <file>`);
  }
  if (args.file !== undefined && options.wasmFile !== undefined) {
    throw new UsageError(`two files are named, ${args.file} and ${options.wasmFile}: one SmartModule has one`);
  }
  const { signal } = cli;
  const settings: SmartModuleSettings = {
    wasm: await readWasm(file),
    ...(options.package !== undefined && packageOf(options.package, await textOf(options.package))),
  };
  const module = await withClient(cli, (client) =>
    admin(client).smartModules.create(args.name, settings, { timeoutMs: timeoutOf(cli), signal }),
  );
  const format = formatOf(cli);
  if (isForPrograms(format)) return printValue(cli, toJson(module), format);
  if (!cli.globals.quiet) await cli.out.line(`smartmodule "${module.name}" has been created.`);
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw unreadable(path, error);
  }
}
