/** `flv consumer delete` */
import { cliError } from '../errors/errors.ts';
import { formatOf, isForPrograms, printValue } from '../output/print.ts';
import { UsageError } from '../parse/usage-error.ts';
import type { Cli } from '../session/cli.ts';
import { withClient } from '../session/connect.ts';
import type { ConsumerDelete } from '../spec/consumer.ts';

export async function run({ args, options }: ConsumerDelete, cli: Cli): Promise<void> {
  const { consumer: consumerId } = args;
  const { topic, partition } = options;
  const { signal, globals } = cli;
  if (partition !== undefined && topic === undefined) throw new UsageError('--partition needs --topic');
  const deleted = await withClient(cli, (client) =>
    client.consumerOffsets.delete({ consumerId, topic, partition }, { signal }),
  );
  if (deleted.length === 0) throw cliError('consumer/not-found', { consumerId, topic, partition });
  const format = formatOf(cli);
  if (isForPrograms(format)) {
    const done = deleted.map((each) => ({ name: consumerId, kind: 'consumer', action: 'deleted', ...pick(each) }));
    await printValue(cli, done, format);
    return;
  }
  if (globals.quiet) return;
  for (const each of deleted) {
    await cli.out.line(`consumer "${consumerId}" on topic "${each.topic}" and partition "${each.partition}" deleted`);
  }
}

const pick = ({ topic, partition }: { readonly topic: string; readonly partition: number }) => ({ topic, partition });
