/** Where a consumer starts and where it ends. */
import { FetchOffsets } from '@fluvio-ts/protocol';
import type { Session, StopSignal } from '@fluvio-ts/protocol/internal';
import type { Cluster } from '../cluster.ts';
import type { Purpose } from '../connection/spu-pool.ts';
import { clientError, serverError } from '../errors.ts';

/**
 * Where to start in each partition: the first stored record, the end of what is committed, so many records behind the
 * one or before the other, an absolute offset, or the first record of a time (Unix milliseconds or a date, by the
 * producers' clocks: exact where their times rise).
 */
export type StartOffset =
  | 'beginning'
  | 'end'
  | { readonly beginning: number }
  | { readonly end: number }
  | { readonly offset: bigint }
  | { readonly time: number | Date };

/** Both ends of a partition. */
export interface PartitionOffsets {
  /** Offset of the first record that is still stored. */
  readonly start: bigint;
  /** The high watermark: offset behind the last committed record. */
  readonly highWatermark: bigint;
}

/** Asks the leader for both ends of a partition. @throws as {@link Cluster.leader}, codes of `ServerCodes` */
export async function fetchOffsets(
  cluster: Cluster,
  topic: string,
  partition: number,
  purpose: Purpose,
  signal: StopSignal,
): Promise<PartitionOffsets> {
  return askOffsets(await cluster.leader(topic, partition, purpose, signal), cluster, topic, partition, signal);
}

/** Asks this SPU for both ends of a partition. @throws codes of `ServerCodes`, also where the SPU does not lead it (any more) */
export async function askOffsets(
  session: Session,
  cluster: Cluster,
  topic: string,
  partition: number,
  signal: StopSignal,
): Promise<PartitionOffsets> {
  const { topics } = await session.call(
    FetchOffsets,
    { topics: [{ name: topic, partitions: [{ partitionIndex: partition }] }], consumerId: undefined },
    { signal, timeoutMs: cluster.requestTimeoutMs },
  );
  const answer = topics[0]?.partitions[0];
  if (answer === undefined) {
    throw clientError('partition/unavailable', { topic, partition, reason: 'its leader answered for no partition' });
  }
  if (answer.errorCode.kind !== 'None') {
    throw serverError(`reading the offsets of ${topic}-${partition}`, answer.errorCode);
  }
  return { start: answer.startOffset, highWatermark: answer.lastStableOffset };
}

/** The absolute offset that a start means, given both ends. */
export function resolveStart(
  start: Exclude<StartOffset, { readonly time: number | Date }>,
  { start: first, highWatermark }: PartitionOffsets,
): bigint {
  const clamp = (offset: bigint): bigint => {
    if (offset < first) return first;
    return offset > highWatermark ? highWatermark : offset;
  };
  if (start === 'beginning') return first;
  if (start === 'end') return highWatermark;
  if ('beginning' in start) return clamp(first + BigInt(start.beginning));
  if ('end' in start) return clamp(highWatermark - BigInt(start.end));
  return start.offset;
}

/** Refuses a start that cannot be meant. @throws `option/invalid` */
export function checkStart(start: StartOffset): void {
  if (typeof start === 'string') {
    if (start === 'beginning' || start === 'end') return;
    throw invalid(`is '${start}', but the words are 'beginning' and 'end'`);
  }
  if (typeof start !== 'object' || start === null) {
    throw invalid(
      `is ${String(start)}, which is no place: for an offset, write { offset: ${Number.isSafeInteger(start) ? start : 3}n }`,
    );
  }
  if ('offset' in start) {
    if (typeof start.offset === 'bigint' && start.offset >= 0n) return;
    throw invalid(`has offset ${start.offset}, which must be a bigint of at least 0`);
  }
  if ('time' in start) {
    if (Number.isFinite(Number(start.time))) return;
    throw invalid(`has a time that is none: ${start.time}`);
  }
  const count = 'beginning' in start ? start.beginning : start.end;
  if (!Number.isSafeInteger(count) || count < 0) throw invalid(`counts ${count} records, which must be a whole number`);
}

const invalid = (reason: string): Error => clientError('option/invalid', { option: 'start', reason });
