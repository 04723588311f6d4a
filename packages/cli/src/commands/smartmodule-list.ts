/** `flv smartmodule list` */
import { admin, toJson } from '@fluvio-ts/admin';
import { printList } from '../output/print.ts';
import type { Cli } from '../session/cli.ts';
import { withClient } from '../session/connect.ts';
import type { SmartModuleList } from '../spec/smartmodule.ts';
import { smartModuleColumns } from './smartmodule-view.ts';

export async function run({ options: { filter } }: SmartModuleList, cli: Cli): Promise<void> {
  const { signal } = cli;
  const items = await withClient(cli, (client) =>
    admin(client).smartModules.list({ signal, ...(filter !== undefined && { name: filter }) }),
  );
  await printList(cli, { items, columns: smartModuleColumns, toObject: toJson, empty: 'no smartmodules' });
}
