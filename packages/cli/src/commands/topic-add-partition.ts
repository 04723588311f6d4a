/** `flv topic add-partition` */
import { admin } from '@fluvio-ts/admin';
import { formatOf, printList } from '../output/print.ts';
import type { Cli } from '../session/cli.ts';
import { timeoutOf, withClient } from '../session/connect.ts';
import type { TopicAddPartition } from '../spec/topic.ts';

const TIMEOUT_MS = 100_000;

export async function run({ args, options }: TopicAddPartition, cli: Cli): Promise<void> {
  const { topic: name } = args;
  const { count } = options;
  const { signal } = cli;
  const timeoutMs = timeoutOf(cli, TIMEOUT_MS);
  const topic = await withClient(cli, (client) =>
    admin(client).topics.addPartitions(name, count, { timeoutMs, signal }),
  );
  const items = [...topic.status.replicaMap]
    .map(([partition, spus]) => ({ topic: name, partition, spus }))
    .sort((a, b) => a.partition - b.partition)
    .slice(-count);
  if (formatOf(cli) === 'table' && !cli.globals.quiet) await cli.out.line(`added new partitions to topic: "${name}"`);
  await printList(cli, {
    items,
    columns: [
      { title: 'PARTITION', cell: ({ partition }) => String(partition), align: 'right' },
      { title: 'SPU', cell: ({ spus }) => spus.join(',') },
    ],
    empty: 'no partitions',
  });
}
