/** `flv smartmodule describe` */
import { admin, toJson } from '@fluvio-ts/admin';
import { cliError } from '../errors/errors.ts';
import { formatOf, isForPrograms, printValue } from '../output/print.ts';
import type { Cli } from '../session/cli.ts';
import { withClient } from '../session/connect.ts';
import type { SmartModuleDescribe } from '../spec/smartmodule.ts';
import { formatSize } from '../values/size.ts';
import { keyOf } from './smartmodule-view.ts';

export async function run({ args: { name } }: SmartModuleDescribe, cli: Cli): Promise<void> {
  const { signal, out } = cli;
  const module = await withClient(cli, (client) => admin(client).smartModules.get(name, { signal }));
  if (module === undefined) throw cliError('smartmodule/not-found', { module: name });
  const format = formatOf(cli);
  if (isForPrograms(format)) return printValue(cli, toJson(module), format);
  const { meta, wasm } = module.spec;
  const of = meta?.package;
  const facts: readonly (readonly [string, string | undefined])[] = [
    ['Name', keyOf(module)],
    ['Stored as', module.name],
    ['Size', module.sizeBytes === undefined ? undefined : formatSize(module.sizeBytes)],
    ['Format', wasm.format.toLowerCase()],
    ['Description', of?.description],
    ['License', of?.license],
    ['Repository', of?.repository],
    ['API version', of?.apiVersion],
    ['Visibility', of?.visibility],
    ...[...(meta?.params ?? [])].map(
      ([param, { description = '', optional }]) =>
        [
          `Parameter ${param}`,
          `${optional ? 'optional' : 'required'}${description === '' ? '' : `: ${description}`}`,
        ] as const,
    ),
  ];
  const shown = facts.filter(([, fact]) => fact !== undefined);
  const width = Math.max(...shown.map(([title]) => title.length)) + 2;
  for (const [title, fact] of shown) await out.line(`${`${title}:`.padEnd(width)}${fact}`);
}
