/** `flv topic describe` */
import { admin, type Partition, type Topic, toJson } from '@fluvio-ts/admin';
import { cliError } from '../errors/errors.ts';
import { formatOf, isForPrograms, printList, printValue } from '../output/print.ts';
import type { Cli } from '../session/cli.ts';
import { withClient } from '../session/connect.ts';
import type { TopicDescribe } from '../spec/topic.ts';
import { formatSize } from '../values/size.ts';
import { withoutTopic } from './partition-view.ts';
import { deduplicationOf, partitionsOf, replicasOf, retentionOf, statusOf, typeOf } from './topic-view.ts';

export async function run({ args }: TopicDescribe, cli: Cli): Promise<void> {
  const { name } = args;
  const { signal, out } = cli;
  const { topic, partitions } = await withClient(cli, async (client) => {
    const { topics, partitions } = admin(client);
    const found = await topics.get(name, { signal });
    if (found === undefined) throw cliError('topic/not-found', { topic: name, endpoint: client.endpoint });
    return { topic: found, partitions: await partitions.list({ topic: name, signal }) };
  });
  const format = formatOf(cli);
  if (isForPrograms(format)) return printValue(cli, toJson(topic), format);
  const rows = factsOf(topic, partitions);
  if (format === 'plain') return out.write(rows.map(([title, text]) => `${title}\t${text}\n`).join(''));
  const width = Math.max(...rows.map(([title]) => title.length)) + 1;
  for (const [title, text] of rows) await out.line(`${out.paint('bold', `${title}:`.padEnd(width))} ${text}`);
  if (partitions.length === 0) return;
  await out.line('');
  await printList(cli, { items: partitions, columns: withoutTopic(out.paint), empty: 'no partitions' });
}

type Fact = readonly [title: string, text: string];

function factsOf(topic: Topic, partitions: readonly Partition[]): readonly Fact[] {
  const { spec, status } = topic;
  const sizes = partitions.map((each) => each.status.size);
  const records = partitions.reduce((sum, { status: { leader, baseOffset } }) => sum + leader.leo - baseOffset, 0n);
  const facts: Fact[] = [
    ['Name', topic.name],
    ['Type', typeOf(topic)],
    ['Partition Count', partitionsOf(topic)],
    ['Replication Factor', replicasOf(topic)],
  ];
  if (spec.replicas.kind === 'computed') {
    facts.push(['Ignore Rack Assignment', String(spec.replicas.ignoreRackAssignment)]);
  }
  facts.push(
    ['Retention Time', retentionOf(topic)],
    ['Segment Size', spec.storage?.segmentSize === undefined ? 'default' : formatSize(spec.storage.segmentSize)],
    [
      'Max Partition Size',
      spec.storage?.maxPartitionSize === undefined ? 'default' : formatSize(Number(spec.storage.maxPartitionSize)),
    ],
    ['Compression', spec.compressionType.toLowerCase()],
    ['Deduplication', deduplicationOf(topic)],
    ['Status', status.reason === '' ? statusOf(topic) : `${statusOf(topic)}: ${status.reason}`],
  );
  if (partitions.length > 0 && partitions.every(({ status }) => status.leader.leo >= 0n)) {
    facts.push(['Records', String(records)]);
  }
  if (sizes.length > 0 && sizes.every((size) => size >= 0n)) {
    facts.push(['Size', formatSize(Number(sizes.reduce((sum, size) => sum + size, 0n)))]);
  }
  return facts;
}
