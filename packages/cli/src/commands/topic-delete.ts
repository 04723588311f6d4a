/** `flv topic delete` */
import { admin } from '@fluvio-ts/admin';
import type { Cli } from '../session/cli.ts';
import { confirmed } from '../session/confirm.ts';
import { withClient } from '../session/connect.ts';
import type { TopicDelete } from '../spec/topic.ts';
import { deleteSeveral } from './delete-several.ts';

export async function run({ args, options }: TopicDelete, cli: Cli): Promise<void> {
  const { names } = args;
  const { continueOnError, system, force } = options;
  const { signal, globals } = cli;
  const topics = names.length === 1 ? `topic "${names[0]}"` : `${names.length} topics (${names.join(', ')})`;
  // Off a terminal nobody can answer, and scripts of the official command line expect it to go ahead.
  const sure = force || (await confirmed(cli, { action: `delete ${topics} with all records`, unattended: 'go ahead' }));
  await withClient(cli, (client) =>
    deleteSeveral(cli, {
      names,
      kind: 'topic',
      continueOnError,
      remove: (name) => admin(client).topics.delete(name, { force: system && sure && (force || globals.yes), signal }),
    }),
  );
}
