/** `flv consumer …` */
import { integer } from '../values/integer.ts';
import { command, group, type Input, required, text, value } from './command.ts';

export type ConsumerList = Input<Record<never, never>, Record<never, never>>;

const deleteArgs = { consumer: required('name of the consumer') } as const;
const deleteOptions = {
  topic: value('-t, --topic <topic>', 'only what is stored for this topic', text, { completes: 'topic' }),
  partition: value('-p, --partition <n>', 'only what is stored for this partition; needs --topic', integer()),
} as const;
export type ConsumerDelete = Input<typeof deleteArgs, typeof deleteOptions>;

export const consumer = group({
  name: 'consumer',
  summary: 'list and delete the stored offsets of consumers',
  commands: [
    command({
      name: 'list',
      aliases: ['ls'],
      summary: 'list how far named consumers are',
      details: 'A stored offset is the last record that is done: the consumer starts one after it.',
      examples: [
        ['flv consumer list', 'a table'],
        ['flv consumer list -O json', 'for programs; modified_time is in seconds since 1970'],
      ],
      args: {},
      options: {},
      load: () => import('../commands/consumer-list.ts'),
    }),
    command({
      name: 'delete',
      aliases: ['rm'],
      summary: 'forget how far a consumer is',
      details: 'It starts again where its command line says.',
      examples: [
        ['flv consumer delete billing', 'in every topic'],
        ['flv consumer delete billing -t orders -p 0', 'in one partition'],
      ],
      args: deleteArgs,
      options: deleteOptions,
      load: () => import('../commands/consumer-delete.ts'),
    }),
  ],
});
