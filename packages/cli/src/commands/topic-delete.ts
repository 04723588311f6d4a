/** `flv topic delete` */
import { admin } from '@fluvio-ts/admin';
import { isFluvioError } from '@fluvio-ts/protocol';
import { cliError, type Refused } from '../errors/errors.ts';
import { formatOf, isForPrograms, printValue } from '../output/print.ts';
import type { Cli } from '../session/cli.ts';
import { confirmed } from '../session/confirm.ts';
import { withClient } from '../session/connect.ts';
import type { TopicDelete } from '../spec/topic.ts';

export async function run({ args, options }: TopicDelete, cli: Cli): Promise<void> {
  const { names } = args;
  const { continueOnError, system, force } = options;
  const { signal, talk, globals } = cli;
  const topics = names.length === 1 ? `topic "${names[0]}"` : `${names.length} topics (${names.join(', ')})`;
  // Off a terminal nobody can answer, and scripts of the official command line expect it to go ahead.
  const sure = force || (await confirmed(cli, { action: `delete ${topics} with all records`, unattended: 'go ahead' }));
  const format = formatOf(cli);
  await withClient(cli, async (client) => {
    const deleted: string[] = [];
    const failed: Refused[] = [];
    let first: unknown;
    for (const name of names) {
      try {
        await admin(client).topics.delete(name, { force: system && sure && (force || globals.yes), signal });
        deleted.push(name);
        if (!isForPrograms(format) && !globals.quiet) await cli.out.line(`topic "${name}" deleted`);
      } catch (error) {
        if (!continueOnError || !isFluvioError(error) || signal.aborted) throw error;
        first ??= error;
        failed.push({ name, code: error.code, message: error.message });
        if (!globals.json) talk.warn(`topic "${name}" was not deleted: ${error.message}`);
      }
    }
    if (failed.length > 0) throw cliError('delete/incomplete', { deleted, failed }, first);
    if (isForPrograms(format)) {
      await printValue(
        cli,
        deleted.map((name) => ({ name, kind: 'topic', action: 'deleted' })),
        format,
      );
    }
  });
}
