/** `flv table-format create` */
import { readFile } from 'node:fs/promises';
import { admin, tableFormatSpecFromJson, toJson } from '@fluvio-ts/admin';
import { isFluvioError } from '@fluvio-ts/protocol';
import { parse } from 'yaml';
import { cliError } from '../errors/errors.ts';
import { unreadable } from '../errors/unreadable.ts';
import { formatOf, isForPrograms, printValue } from '../output/print.ts';
import { UsageError } from '../parse/usage-error.ts';
import type { Cli } from '../session/cli.ts';
import { withClient } from '../session/connect.ts';
import type { TableFormatCreate } from '../spec/table-format.ts';

export async function run({ options: { config } }: TableFormatCreate, cli: Cli): Promise<void> {
  if (config === undefined) {
    throw new UsageError('--config <file> is missing');
  }
  const { signal } = cli;
  const spec = specOf(config, await textIn(config));
  const made = await withClient(cli, (client) => admin(client).tableFormats.create(spec.name, spec, { signal }));
  const format = formatOf(cli);
  if (isForPrograms(format)) return printValue(cli, toJson(made), format);
  if (!cli.globals.quiet) await cli.out.line(`tableformat "${made.name}" created`);
}

async function textIn(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw unreadable(path, error);
  }
}

/** The official command line reads `input_format` only; its documentation says `inputFormat`. Here both are read. */
function specOf(path: string, text: string): ReturnType<typeof tableFormatSpecFromJson> {
  try {
    const given = parse(text) as Readonly<Record<string, unknown>> | null;
    return tableFormatSpecFromJson({ inputFormat: given?.input_format, ...given });
  } catch (error) {
    if (!(error instanceof Error) || !(isFluvioError(error) || error.name.startsWith('YAML'))) throw error;
    throw cliError('input/invalid', { path, reason: error.message }, error);
  }
}
