/** `flv topic …` */
import { duration, wholeSeconds } from '../values/duration.ts';
import { integer } from '../values/integer.ts';
import { sizeFrom } from '../values/size.ts';
import { command, flag, group, type Input, many, oneOfOr, required, text, value, valueOr } from './command.ts';

const LARGEST_U32 = 0xffff_ffff;

const createArgs = { name: required('name of the topic: at most 63 of a-z, 0-9 and -') } as const;
const createOptions = {
  partitions: valueOr('-p, --partitions <n>', 'number of partitions', integer(1, LARGEST_U32), 1),
  replication: valueOr('-r, --replication <n>', 'number of copies of each partition', integer(1, 32_767), 1),
  ignoreRackAssignment: flag('-i, --ignore-rack-assignment', 'place copies without regard to racks'),
  replicaAssignment: value(
    '-f, --replica-assignment <file>',
    'place partitions as a JSON file says: [{"id":0,"replicas":[5001,5002]}]',
    text,
    { conflicts: ['partitions', 'replication', 'ignoreRackAssignment'], completes: 'file' },
  ),
  retentionTime: value('--retention-time <duration>', 'age at which records go (the cluster keeps 7d)', wholeSeconds),
  segmentSize: value(
    '--segment-size <size>',
    'size of one file (the cluster takes 1 GiB)',
    sizeFrom(1024, LARGEST_U32),
  ),
  maxPartitionSize: value(
    '--max-partition-size <size>',
    'size of a partition at which its oldest records go (the cluster takes 100 GiB)',
    sizeFrom(2048),
  ),
  compressionType: oneOfOr(
    '--compression-type <codec>',
    'codec that producers must use',
    ['any', 'none', 'gzip', 'snappy', 'lz4', 'zstd'],
    'any',
  ),
  dedup: value('--dedup <smartmodule>', 'drop records that were there before, found by a stored SmartModule', text, {
    completes: 'smartmodule',
  }),
  dedupCount: value('--dedup-count <n>', 'records that it remembers (default 5)', integer(1)),
  dedupAge: value('--dedup-age <duration>', 'age of those that it remembers (default 5s)', duration),
  dryRun: flag('-d, --dry-run', 'only check whether it could be created'),
  system: flag('-s, --system', 'create a topic of the cluster itself', { hidden: true }),
} as const;
export type TopicCreate = Input<typeof createArgs, typeof createOptions>;

const listOptions = { system: flag('-s, --system', 'list the topics of the cluster itself') } as const;
export type TopicList = Input<Record<never, never>, typeof listOptions>;

const describeArgs = { name: required('name of the topic', { completes: 'topic' }) } as const;
export type TopicDescribe = Input<typeof describeArgs, Record<never, never>>;

const deleteArgs = { names: many('names of the topics', { completes: 'topic' }) } as const;
const deleteOptions = {
  continueOnError: flag('-c, --continue-on-error', 'go on with the other topics when one cannot be deleted'),
  system: flag('-s, --system', 'delete a topic of the cluster itself; it takes --force'),
  force: flag('-f, --force', 'do not ask'),
} as const;
export type TopicDelete = Input<typeof deleteArgs, typeof deleteOptions>;

const addPartitionArgs = { topic: required('name of the topic', { completes: 'topic' }) } as const;
const addPartitionOptions = {
  count: valueOr('-c, --count <n>', 'how many to add', integer(1, LARGEST_U32), 1),
} as const;
export type TopicAddPartition = Input<typeof addPartitionArgs, typeof addPartitionOptions>;

export const topic = group({
  name: 'topic',
  summary: 'create, list, describe and delete topics',
  commands: [
    command({
      name: 'create',
      summary: 'create a topic',
      reserves: ['-c', '-m'],
      examples: [
        ['flv topic create orders', 'one partition, one copy'],
        ['flv topic create orders -p 6 -r 2 --retention-time 2d', 'six partitions, two copies, two days'],
        ['flv topic create orders --dry-run', 'only check'],
      ],
      args: createArgs,
      options: createOptions,
      load: () => import('../commands/topic-create.ts'),
    }),
    command({
      name: 'list',
      aliases: ['ls'],
      summary: 'list topics',
      examples: [
        ['flv topic list', 'a table'],
        ['flv topic list -O json', 'with everything that the cluster knows'],
      ],
      args: {},
      options: listOptions,
      load: () => import('../commands/topic-list.ts'),
    }),
    command({
      name: 'describe',
      summary: 'show one topic and its partitions',
      examples: [['flv topic describe orders', 'settings, partitions, offsets']],
      args: describeArgs,
      options: {},
      load: () => import('../commands/topic-describe.ts'),
    }),
    command({
      name: 'delete',
      aliases: ['rm'],
      summary: 'delete topics and their records',
      details: 'Asks first on a terminal. Off a terminal it deletes at once, as the official command line does.',
      examples: [
        ['flv topic delete orders', 'asks first'],
        ['flv topic delete orders returns --continue-on-error', 'both, or what of them exists'],
      ],
      args: deleteArgs,
      options: deleteOptions,
      load: () => import('../commands/topic-delete.ts'),
    }),
    command({
      name: 'add-partition',
      summary: 'add partitions to a topic',
      details: 'Records with keys that are produced afterwards may go to another partition than before.',
      examples: [['flv topic add-partition orders --count 2', 'two more']],
      args: addPartitionArgs,
      options: addPartitionOptions,
      load: () => import('../commands/topic-add-partition.ts'),
    }),
  ],
});
