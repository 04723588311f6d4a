/** `flv cluster spg delete` */
import { admin } from '@fluvio-ts/admin';
import type { Cli } from '../session/cli.ts';
import { withClient } from '../session/connect.ts';
import type { SpuGroupDelete } from '../spec/spu-group.ts';
import { deleteSeveral } from './delete-several.ts';

export async function run({ args: { names }, options }: SpuGroupDelete, cli: Cli): Promise<void> {
  const { continueOnError } = options;
  await withClient(cli, (client) =>
    deleteSeveral(cli, {
      names,
      kind: 'spu group',
      continueOnError,
      remove: (name) => admin(client).spuGroups.delete(name, { signal: cli.signal }),
    }),
  );
}
