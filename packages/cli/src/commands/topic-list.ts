/** `flv topic list` */
import { admin, toJson } from '@fluvio-ts/admin';
import { printList } from '../output/print.ts';
import type { Cli } from '../session/cli.ts';
import { withClient } from '../session/connect.ts';
import type { TopicList } from '../spec/topic.ts';
import { topicColumns } from './topic-view.ts';

export async function run({ options }: TopicList, cli: Cli): Promise<void> {
  const { signal } = cli;
  const system = options.system ? 'only' : 'exclude';
  const items = await withClient(cli, (client) => admin(client).topics.list({ system, signal }));
  await printList(cli, { items, columns: topicColumns(cli.out.paint), toObject: toJson, empty: 'no topics' });
}
