/** Deleting several objects by name: each is told, and one that cannot be deleted ends it or does not. */
import { isFluvioError } from '@fluvio-ts/protocol';
import { cliError, type Refused } from '../errors/errors.ts';
import { formatOf, isForPrograms, printValue } from '../output/print.ts';
import type { Cli } from '../session/cli.ts';

/** What is deleted. */
export interface Deletion {
  readonly names: readonly string[];
  /** As in `smartmodule "x" deleted`. */
  readonly kind: string;
  readonly continueOnError: boolean;
  readonly remove: (name: string) => Promise<void>;
}

/** Deletes in order. @throws `delete/incomplete`, or what the first failure is where that ends it */
export async function deleteSeveral(cli: Cli, { names, kind, continueOnError, remove }: Deletion): Promise<void> {
  const { signal, talk, globals } = cli;
  const format = formatOf(cli);
  const deleted: string[] = [];
  const failed: Refused[] = [];
  let first: unknown;
  for (const name of names) {
    try {
      await remove(name);
      deleted.push(name);
      if (!isForPrograms(format) && !globals.quiet) await cli.out.line(`${kind} "${name}" deleted`);
    } catch (error) {
      if (!continueOnError || !isFluvioError(error) || signal.aborted) throw error;
      first ??= error;
      failed.push({ name, code: error.code, message: error.message });
      if (!globals.json) talk.warn(`${kind} "${name}" was not deleted: ${error.message}`);
    }
  }
  if (failed.length > 0) throw cliError('delete/incomplete', { deleted, failed }, first);
  if (isForPrograms(format)) {
    await printValue(
      cli,
      deleted.map((name) => ({ name, kind, action: 'deleted' })),
      format,
    );
  }
}
