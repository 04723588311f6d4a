/** `flv table-format delete` */
import { admin } from '@fluvio-ts/admin';
import type { Cli } from '../session/cli.ts';
import { withClient } from '../session/connect.ts';
import type { TableFormatDelete } from '../spec/table-format.ts';
import { deleteSeveral } from './delete-several.ts';

export async function run({ args: { names }, options }: TableFormatDelete, cli: Cli): Promise<void> {
  const { continueOnError } = options;
  await withClient(cli, (client) =>
    deleteSeveral(cli, {
      names,
      kind: 'tableformat',
      continueOnError,
      remove: (name) => admin(client).tableFormats.delete(name, { signal: cli.signal }),
    }),
  );
}
