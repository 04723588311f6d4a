/** Which partitions a consumer streams: those that it names, or all, those that are added later included. */
import type { StopSignal } from '@fluvio-ts/protocol/internal';
import type { Cluster } from '../cluster.ts';
import { clientError } from '../errors.ts';
import { partitionCount } from '../metadata/metadata.ts';
import { mirrorPartition } from '../metadata/mirror-partition.ts';
import type { StartOffset } from './position.ts';

/**
 * All partitions, those that are named, the part of one worker out of several, or the one that mirrors to or from another
 * cluster. Partition `p` belongs to worker `p % of`. Fluvio has no consumer groups: nobody else than the caller sees to it that
 * every worker runs, once.
 */
export type PartitionChoice =
  | 'all'
  | readonly number[]
  | { readonly worker: number; readonly of: number }
  | { readonly mirror: string };

/** What is to be streamed. */
export interface WantedPartitions {
  readonly topic: string;
  readonly partitions: PartitionChoice;
  readonly start: StartOffset;
  /** Whether partitions that are added later join, from their beginning. */
  readonly grows: boolean;
}

/**
 * Runs one `stream` for each partition and resolves when all have ended. The first that fails ends this too.
 *
 * @throws `topic/not-found`, `partition/not-found`, `option/invalid` for a cluster that is not mirrored, and what a stream throws
 */
export async function streamPartitions(
  cluster: Cluster,
  { topic, partitions, start, grows }: WantedPartitions,
  stream: (partition: number, start: StartOffset) => Promise<void>,
  signal: StopSignal,
): Promise<void> {
  const object = await cluster.topic(topic, signal);
  const count = partitionCount(object);
  if (isMirror(partitions)) {
    await stream(mirrorPartition(object, partitions.mirror, 'partitions'), start);
    return;
  }
  if (isList(partitions)) {
    const missing = partitions.find((partition) => partition >= count);
    if (missing !== undefined)
      throw clientError('partition/not-found', { topic, partition: missing, partitions: count });
    await Promise.all(partitions.map((partition) => stream(partition, start)));
    return;
  }
  const isMine = (partition: number): boolean =>
    partitions === 'all' || partition % partitions.of === partitions.worker;
  const mine = Array.from({ length: count }, (_, partition) => partition).filter(isMine);
  const first = mine.map((partition) => stream(partition, start));
  if (!grows) {
    await Promise.all(first);
    return;
  }
  await new Promise<void>((resolve, reject) => {
    let known = count;
    for (const each of first) each.catch(reject);
    // A listener, not a race against the streams: those live as long as the consumer and would keep every lost race.
    const unsubscribe = cluster.metadata.onChange(() => {
      const changed = cluster.metadata.topics.get(topic);
      const now = changed === undefined ? 0 : partitionCount(changed);
      for (; known < now; known++) if (isMine(known)) stream(known, 'beginning').catch(reject);
    });
    const end = (): void => {
      unsubscribe();
      resolve();
    };
    if (signal.aborted) end();
    else signal.addEventListener('abort', end, { once: true });
  });
}

/** How many partitions of the topic are wanted, as the metadata has it; the least there can be where that is not known. */
export function countOf(cluster: Cluster, topic: string, partitions: PartitionChoice): number {
  if (isList(partitions)) return partitions.length;
  if (isMirror(partitions)) return 1;
  const object = cluster.metadata.topics.get(topic);
  const all = object === undefined ? 1 : partitionCount(object);
  return partitions === 'all' ? all : Math.ceil(all / partitions.of);
}

/** Refuses a choice that cannot be meant. @throws `option/invalid` */
export function checkPartitions(partitions: PartitionChoice): void {
  if (partitions === 'all') return;
  if (!isList(partitions)) {
    if (typeof partitions !== 'object' || partitions === null) {
      throw invalid(`is ${partitions}, but must be 'all', a list, { worker, of }, or { mirror }`);
    }
    if (isMirror(partitions)) {
      if (typeof partitions.mirror === 'string' && partitions.mirror !== '') return;
      throw invalid('names no cluster that is mirrored');
    }
    const { worker, of } = partitions;
    if (Number.isInteger(of) && of > 0 && Number.isInteger(worker) && worker >= 0 && worker < of) return;
    throw invalid(`names worker ${worker} of ${of}: workers are numbered from 0`);
  }
  if (partitions.length === 0) throw invalid('names no partition');
  const wrong = partitions.find((partition) => !Number.isInteger(partition) || partition < 0);
  if (wrong !== undefined) throw invalid(`contains ${wrong}, which is not an index from 0`);
  const twice = partitions.find((partition, i) => partitions.indexOf(partition) !== i);
  if (twice !== undefined) throw invalid(`names partition ${twice} twice`);
}

const isMirror = (partitions: PartitionChoice): partitions is { readonly mirror: string } =>
  typeof partitions === 'object' && 'mirror' in partitions;

const isList = (partitions: PartitionChoice): partitions is readonly number[] => Array.isArray(partitions);

const invalid = (reason: string): Error => clientError('option/invalid', { option: 'partitions', reason });
