/** `flv smartmodule delete` */
import { admin } from '@fluvio-ts/admin';
import type { Cli } from '../session/cli.ts';
import { withClient } from '../session/connect.ts';
import type { SmartModuleDelete } from '../spec/smartmodule.ts';
import { deleteSeveral } from './delete-several.ts';

export async function run({ args: { names }, options }: SmartModuleDelete, cli: Cli): Promise<void> {
  const { continueOnError } = options;
  await withClient(cli, (client) =>
    deleteSeveral(cli, {
      names,
      kind: 'smartmodule',
      continueOnError,
      remove: (name) => admin(client).smartModules.delete(name, { signal: cli.signal }),
    }),
  );
}
