/** `flv cluster spg …` */
import { integer } from '../values/integer.ts';
import { command, flag, group, type Input, many, required, text, value, valueOr } from './command.ts';

const createArgs = { name: required('name of the group') } as const;
const createOptions = {
  replicas: valueOr('-r, --replicas <n>', 'number of SPUs', integer(0, 65_535), 1),
  minId: valueOr('--min-id <n>', 'id of the first SPU; the others follow', integer(0), 1),
  rack: value('--rack <name>', 'where they stand', text),
  storageSize: value('--storage-size <quantity>', 'storage of each SPU on Kubernetes, 10Gi say', text),
} as const;
export type SpuGroupCreate = Input<typeof createArgs, typeof createOptions>;

export type SpuGroupList = Input<Record<never, never>, Record<never, never>>;

const deleteArgs = { names: many('names of the groups') } as const;
const deleteOptions = {
  continueOnError: flag('--continue-on-error', 'go on with the others when one cannot be deleted'),
} as const;
export type SpuGroupDelete = Input<typeof deleteArgs, typeof deleteOptions>;

export const spuGroup = group({
  name: 'spg',
  aliases: ['spu-group'],
  summary: 'make, list and delete SPU groups: SPUs that the cluster runs together',
  commands: [
    command({
      name: 'create',
      summary: 'make a group of SPUs',
      details: 'Embedded clusters and those on Kubernetes run them; any other only keeps the group.',
      examples: [['flv cluster spg create more --replicas 2 --min-id 7000', 'SPUs 7000 and 7001']],
      args: createArgs,
      options: createOptions,
      load: () => import('../commands/spu-group-create.ts'),
    }),
    command({
      name: 'list',
      aliases: ['ls'],
      summary: 'list SPU groups',
      examples: [['flv cluster spg list', 'a table']],
      args: {},
      options: {},
      load: () => import('../commands/spu-group-list.ts'),
    }),
    command({
      name: 'delete',
      aliases: ['rm'],
      summary: 'delete groups with their SPUs',
      examples: [['flv cluster spg delete more', 'their partitions stay on disk']],
      args: deleteArgs,
      options: deleteOptions,
      load: () => import('../commands/spu-group-delete.ts'),
    }),
  ],
});
