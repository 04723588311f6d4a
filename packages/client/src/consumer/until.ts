/** Where a consumer ends by itself. */
import { clientError } from '../errors.ts';

/**
 * Where to end; of several ends the first that is reached counts. `'end'` is short for `{ end: true }`.
 *
 * With SmartModules at the SPU nothing tells that the rest of a partition holds nothing that passes: such a partition is
 * taken for read when it is silent for `idleMs`, by default 3,000 there.
 */
export type UntilOffset =
  | 'end'
  | {
      /** Each partition ends at the high watermark that it has when it is first reached. */
      readonly end?: boolean;
      /** So many records of all partitions together. */
      readonly count?: number;
      /** Each partition ends in front of this offset. */
      readonly offset?: bigint;
      /**
       * Each partition ends in front of its first record of this time or a later one, by the producers' clocks: Unix
       * milliseconds or a date. A time that is not in the future is also an `end`.
       */
      readonly time?: number | Date;
      /** Ends when a read has waited for so many milliseconds. */
      readonly idleMs?: number;
    };

/** An end, its parts resolved. */
export interface Until {
  readonly end: boolean;
  readonly count: number | undefined;
  readonly offset: bigint | undefined;
  readonly timeMs: number | undefined;
  readonly idleMs: number | undefined;
  /** Whether each partition ends on its own, so that none can join later. */
  readonly isBounded: boolean;
}

/** Resolves what was given. @throws `option/invalid` */
export function untilOf(given: UntilOffset | undefined): Until {
  const until = given === 'end' ? { end: true } : (given ?? {});
  if (typeof until !== 'object') throw invalid(`is '${until}', but the word is 'end'`);
  const { count, offset, idleMs } = until;
  if (count !== undefined && !(Number.isSafeInteger(count) && count > 0)) {
    throw invalid(`counts ${count} records, which must be a whole number from 1`);
  }
  if (offset !== undefined && !(typeof offset === 'bigint' && offset >= 0n)) {
    throw invalid(`has offset ${offset}, which must be a bigint of at least 0`);
  }
  if (idleMs !== undefined && !(idleMs > 0 && idleMs <= 0x7fff_ffff)) {
    throw invalid(`waits for ${idleMs} ms, which must be a number above 0 and at most 2147483647`);
  }
  const timeMs = until.time === undefined ? undefined : Number(until.time);
  if (timeMs !== undefined && !Number.isFinite(timeMs)) throw invalid(`has a time that is none: ${until.time}`);
  const end = until.end === true || (timeMs !== undefined && timeMs <= Date.now());
  return { end, count, offset, timeMs, idleMs, isBounded: end || offset !== undefined || timeMs !== undefined };
}

const invalid = (reason: string): Error => clientError('option/invalid', { option: 'until', reason });
