/**
 * A reader that is ahead of the log: it had records that only their leader had, and that leader is lost. The next one's log
 * ends before them.
 */
import type { ErrorCode } from '@fluvio-ts/protocol';

/** An SPU has no code of its own for it. */
const AHEAD = /^start offset: \d+ is greater than leo: (\d+)$/;

/**
 * Where the log ends that a reader is ahead of; `unsaid` where the SPU only says that it is ahead, undefined where this is
 * another error.
 */
export function endOfShorterLog(answered: ErrorCode): bigint | 'unsaid' | undefined {
  if (answered.kind === 'OffsetOutOfRange') return 'unsaid';
  const end = answered.kind === 'Other' ? AHEAD.exec(answered.message ?? '')?.[1] : undefined;
  return end === undefined ? undefined : BigInt(end);
}
