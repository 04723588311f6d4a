/** `flv partition …` */
import { command, flag, group, type Input } from './command.ts';

const listOptions = { system: flag('-s, --system', 'list the partitions of the cluster itself') } as const;
export type PartitionList = Input<Record<never, never>, typeof listOptions>;

export const partition = group({
  name: 'partition',
  summary: 'list partitions',
  commands: [
    command({
      name: 'list',
      aliases: ['ls'],
      summary: 'list partitions with their leaders, sizes and offsets',
      examples: [
        ['flv partition list', 'a table'],
        ['flv partition list -O plain', 'fields separated by tabs, for awk and cut'],
      ],
      args: {},
      options: listOptions,
      load: () => import('../commands/partition-list.ts'),
    }),
  ],
});
