/** `flv cluster spg list` */
import { admin, type SpuGroup, toJson } from '@fluvio-ts/admin';
import { printList } from '../output/print.ts';
import type { Column } from '../output/table.ts';
import type { Cli } from '../session/cli.ts';
import { withClient } from '../session/connect.ts';
import type { SpuGroupList } from '../spec/spu-group.ts';

/** The columns of the official command line. */
const columns: readonly Column<SpuGroup>[] = [
  { title: 'NAME', cell: ({ name }) => name },
  { title: 'REPLICAS', cell: ({ spec }) => String(spec.replicas), align: 'right' },
  { title: 'MIN ID', cell: ({ spec }) => String(spec.minId), align: 'right' },
  { title: 'RACK', cell: ({ spec }) => spec.spuConfig.rack ?? '' },
  { title: 'SIZE', cell: ({ spec }) => spec.spuConfig.storage?.size ?? '10Gi' },
  { title: 'STATUS', cell: ({ status }) => status.resolution },
];

export async function run(_: SpuGroupList, cli: Cli): Promise<void> {
  const { signal } = cli;
  const items = await withClient(cli, (client) => admin(client).spuGroups.list({ signal }));
  await printList(cli, { items, columns, toObject: toJson, empty: 'no groups' });
}
