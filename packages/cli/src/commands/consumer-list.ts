/** `flv consumer list` */
import type { StoredOffset } from '@fluvio-ts/client';
import { int64ToJson } from '@fluvio-ts/protocol';
import { printList } from '../output/print.ts';
import type { Column } from '../output/table.ts';
import type { Cli } from '../session/cli.ts';
import { withClient } from '../session/connect.ts';
import type { ConsumerList } from '../spec/consumer.ts';
import { formatDuration } from '../values/duration.ts';

const columns = (nowMs: number): readonly Column<StoredOffset>[] => [
  { title: 'CONSUMER', cell: ({ consumerId }) => consumerId },
  { title: 'TOPIC', cell: ({ topic }) => topic },
  { title: 'PARTITION', cell: ({ partition }) => String(partition) },
  { title: 'OFFSET', cell: ({ offset }) => String(offset) },
  { title: 'LAST SEEN', cell: ({ storedAtMs }) => formatDuration(secondsOf(nowMs - storedAtMs)) },
];

const secondsOf = (ms: number): number => Math.max(0, Math.floor(ms / 1000)) * 1000;

/** The shape of the official command line. */
const toObject = ({ consumerId, topic, partition, offset, storedAtMs }: StoredOffset): unknown => ({
  consumer_id: consumerId,
  topic,
  partition,
  offset: int64ToJson(offset),
  modified_time: storedAtMs / 1000,
});

export async function run(_: ConsumerList, cli: Cli): Promise<void> {
  const { signal } = cli;
  const items = await withClient(cli, (client) => client.consumerOffsets.list({}, { signal }));
  await printList(cli, { items, columns: columns(Date.now()), toObject, empty: 'no consumers' });
}
