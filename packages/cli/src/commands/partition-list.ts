/** `flv partition list` */
import { admin, toJson } from '@fluvio-ts/admin';
import { printList } from '../output/print.ts';
import type { Cli } from '../session/cli.ts';
import { withClient } from '../session/connect.ts';
import type { PartitionList } from '../spec/partition.ts';
import { partitionColumns } from './partition-view.ts';

export async function run({ options }: PartitionList, cli: Cli): Promise<void> {
  const { signal } = cli;
  const system = options.system ? 'only' : 'exclude';
  const items = await withClient(cli, (client) => admin(client).partitions.list({ system, signal }));
  await printList(cli, { items, columns: partitionColumns(cli.out.paint), toObject: toJson, empty: 'no partitions' });
}
