/** Which partitions a consumer streams: those that it names, or all, those that are added later included. */
import type { StopSignal } from '@fluvio-ts/protocol/internal';
import type { Cluster } from '../cluster.ts';
import { clientError } from '../errors.ts';
import { partitionCount } from '../metadata/metadata.ts';
import type { StartOffset } from './position.ts';

/** What is to be streamed. */
export interface WantedPartitions {
  readonly topic: string;
  readonly partitions: 'all' | readonly number[];
  readonly start: StartOffset;
  /** Whether partitions that are added later join, from their beginning. */
  readonly grows: boolean;
}

/**
 * Runs one `stream` for each partition and resolves when all have ended. The first that fails ends this too.
 *
 * @throws `topic/not-found`, `partition/not-found`, and what a stream throws
 */
export async function streamPartitions(
  cluster: Cluster,
  { topic, partitions, start, grows }: WantedPartitions,
  stream: (partition: number, start: StartOffset) => Promise<void>,
  signal: StopSignal,
): Promise<void> {
  const count = partitionCount(await cluster.topic(topic, signal));
  if (partitions !== 'all') {
    const missing = partitions.find((partition) => partition >= count);
    if (missing !== undefined)
      throw clientError('partition/not-found', { topic, partition: missing, partitions: count });
    await Promise.all(partitions.map((partition) => stream(partition, start)));
    return;
  }
  const first = Array.from({ length: count }, (_, partition) => stream(partition, start));
  if (!grows) {
    await Promise.all(first);
    return;
  }
  await new Promise<void>((resolve, reject) => {
    let streamed = first.length;
    for (const each of first) each.catch(reject);
    // A listener, not a race against the streams: those live as long as the consumer and would keep every lost race.
    const unsubscribe = cluster.metadata.onChange(() => {
      const known = cluster.metadata.topics.get(topic);
      const now = known === undefined ? 0 : partitionCount(known);
      while (streamed < now) stream(streamed++, 'beginning').catch(reject);
    });
    const end = (): void => {
      unsubscribe();
      resolve();
    };
    if (signal.aborted) end();
    else signal.addEventListener('abort', end, { once: true });
  });
}
