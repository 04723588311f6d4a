/** A `SmartModule.toml`: what the author of a SmartModule says about it. */
import type { SmartModuleSettings } from '@fluvio-ts/admin';
import { parse } from 'smol-toml';
import { cliError } from '../errors/errors.ts';

type Table = Readonly<Record<string, unknown>>;

/** Package and parameters. @throws `input/invalid` */
export function packageOf(path: string, given: string): Pick<SmartModuleSettings, 'package' | 'params'> {
  let root: Table;
  try {
    root = parse(given);
  } catch (error) {
    throw cliError('input/invalid', { path, reason: (error as Error).message }, error);
  }
  const table = tableOf(root.package);
  const need = (key: string): string => {
    const found = textOf(table, key);
    if (found !== undefined) return found;
    throw cliError('input/invalid', { path, reason: `[package] has no ${key}` });
  };
  const apiVersion = textOf(table, 'apiVersion') ?? textOf(table, 'api_version');
  const [description, license, repository] = ['description', 'license', 'repository'].map((key) => textOf(table, key));
  const visibility = textOf(table, 'visibility');
  return {
    package: {
      group: need('group'),
      version: need('version'),
      ...(apiVersion !== undefined && { apiVersion }),
      ...(description !== undefined && { description }),
      ...(license !== undefined && { license }),
      ...(repository !== undefined && { repository }),
      ...(visibility === 'public' && { visibility }),
    },
    params: paramsOf(root.params),
  };
}

const tableOf = (given: unknown): Table => (typeof given === 'object' && given !== null ? (given as Table) : {});

const textOf = (table: Table, key: string): string | undefined =>
  typeof table[key] === 'string' ? table[key] : undefined;

/** A table by name, or a list of tables with names. */
function paramsOf(given: unknown): NonNullable<SmartModuleSettings['params']> {
  const entries: (readonly [string, Table])[] = Array.isArray(given)
    ? given.map((item) => [String(tableOf(item).name), tableOf(item)])
    : Object.entries(tableOf(given)).map(([name, item]) => [name, tableOf(item)]);
  return Object.fromEntries(
    entries.map(([name, param]) => {
      const description = textOf(param, 'description');
      return [name, { ...(description !== undefined && { description }), optional: param.optional === true }];
    }),
  );
}
