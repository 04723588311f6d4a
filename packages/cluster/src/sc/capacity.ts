/** How much an SC keeps, at most. */
import type { TopicSpec } from '@fluvio-ts/protocol';
import type { LimitSettings } from '../limits.ts';
import type { Metadata } from './metadata.ts';
import type { Refusal } from './outcome.ts';
import { refusal } from './outcome.ts';

/** Partitions that a topic has, or will have when there are SPUs for it. */
export function partitionCount({ replicas }: TopicSpec): number {
  if (replicas.kind === 'computed') return replicas.partitions;
  return replicas.kind === 'assigned' ? replicas.maps.length : 0;
}

/** Refuses what would be too much: so many new topics, and so many new partitions. */
export function refuseBeyond(
  { stores }: Metadata,
  limits: Pick<LimitSettings, 'topics' | 'partitions'>,
  more: { readonly topics: number; readonly partitions: number },
): Refusal | undefined {
  const topics = stores.Topic.all();
  const now = {
    topics: topics.length,
    partitions: topics.reduce((sum, { spec }) => sum + partitionCount(spec), 0),
  };
  for (const what of ['topics', 'partitions'] as const) {
    if (more[what] === 0 || now[what] + more[what] <= limits[what]) continue;
    const reason = `this embedded cluster keeps ${limits[what]} ${what} at most, and has ${now[what]}`;
    return refusal('TopicError', `${reason}: delete some, or raise limits.${what}`);
  }
  return undefined;
}
