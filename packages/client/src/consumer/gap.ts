/** Where a stream goes on when the records that it wants are not there: retention removed them, or the log was cut short. */
import { isFluvioError } from '@fluvio-ts/protocol';
import type { StopSignal } from '@fluvio-ts/protocol/internal';
import type { Cluster } from '../cluster.ts';
import type { ClientCodes } from '../errors.ts';
import { answerIn, clientError } from '../errors.ts';
import { fetchOffsets } from './position.ts';
import type { ConsumerGap, StreamSettings, StreamTarget } from './settings.ts';
import { endOfShorterLog } from './truncated.ts';

/** How far a stream is when it fails. */
export interface Progress {
  /** The next offset wanted; undefined before the start has been resolved. */
  readonly next: bigint | undefined;
  /** Whether the caller's own start is behind it. */
  readonly delivered: boolean;
}

/** Finds where to go on after this failure; undefined where it is not about a gap. @throws what gaps are by the policy `fail` */
export async function gapAfter(
  cluster: Cluster,
  { topic, partition, start, purpose }: StreamTarget,
  { whenEvicted }: Pick<StreamSettings, 'whenEvicted'>,
  { next, delivered }: Progress,
  thrown: unknown,
  signal: StopSignal,
): Promise<ConsumerGap | undefined> {
  const isAskedFor = !delivered && typeof start === 'object' && 'offset' in start;
  const gap = (to: bigint, reason: ConsumerGap['reason']): ConsumerGap => ({
    topic,
    partition,
    wanted: next ?? 0n,
    next: to,
    reason,
  });
  const end = async (): Promise<bigint> =>
    (await fetchOffsets(cluster, topic, partition, purpose, signal)).highWatermark;
  /** Other records than those that were read; to be told, or a failure. */
  const truncated = (to: bigint): ConsumerGap | undefined => {
    if (next === undefined || to >= next) return undefined;
    if (whenEvicted === 'fail') throw clientError('consume/truncated', { topic, partition, wanted: next, next: to });
    return gap(to, 'truncated');
  };

  if (isFluvioError(thrown, 'consume/truncated')) {
    return truncated((thrown.context as ClientCodes['consume/truncated']).next);
  }
  const answered = answerIn(thrown);
  if (answered === undefined) return undefined;
  if (answered.kind === 'OffsetEvicted') {
    // The very offset that the caller asked for is the caller's business, unless they said what is to become of it.
    if ((isAskedFor && whenEvicted === undefined) || whenEvicted === 'fail') return undefined;
    if (next !== undefined && answered.nextAvailable <= next) return undefined;
    return gap(whenEvicted === 'latest' ? await end() : answered.nextAvailable, 'evicted');
  }
  const shorter = isAskedFor ? undefined : endOfShorterLog(answered);
  return shorter === undefined ? undefined : truncated(shorter === 'unsaid' ? await end() : shorter);
}
