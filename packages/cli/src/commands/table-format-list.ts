/** `flv table-format list` */
import { admin, type TableFormat, toJson } from '@fluvio-ts/admin';
import { printList } from '../output/print.ts';
import type { Column } from '../output/table.ts';
import type { Cli } from '../session/cli.ts';
import { withClient } from '../session/connect.ts';
import type { TableFormatList } from '../spec/table-format.ts';

const columns: readonly Column<TableFormat>[] = [
  { title: 'NAME', cell: ({ name }) => name },
  { title: 'STATUS', cell: ({ status }) => status.resolution },
];

export async function run(_: TableFormatList, cli: Cli): Promise<void> {
  const { signal } = cli;
  const items = await withClient(cli, (client) => admin(client).tableFormats.list({ signal }));
  await printList(cli, { items, columns, toObject: toJson, empty: 'no table formats' });
}
