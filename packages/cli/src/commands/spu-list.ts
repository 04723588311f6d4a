/** `flv cluster spu list` */
import { admin, toJson } from '@fluvio-ts/admin';
import { printList } from '../output/print.ts';
import type { Cli } from '../session/cli.ts';
import { withClient } from '../session/connect.ts';
import type { SpuList } from '../spec/cluster.ts';
import { spuColumns } from './spu-view.ts';

export async function run({ options }: SpuList, cli: Cli): Promise<void> {
  const { signal, out } = cli;
  const kind = options.custom ? { type: 'Custom' as const } : {};
  const items = await withClient(cli, (client) => admin(client).spus.list({ ...kind, signal }));
  await printList(cli, { items, columns: spuColumns(out.paint), toObject: toJson, empty: 'no SPUs' });
}
