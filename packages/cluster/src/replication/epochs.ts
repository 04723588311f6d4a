/**
 * Which leader wrote which part of a log. Leaders stamp their epoch into every batch, so two logs that agree on the epoch
 * of their last batch agree on everything before it, and two that do not can find where they part.
 */

/** Batches of a log carry this epoch from `startOffset` on. */
export interface EpochStart {
  readonly epoch: number;
  readonly startOffset: number;
}

/** The records of all epochs up to `epoch` end before `endOffset`. */
export interface EpochEnd {
  readonly epoch: number;
  readonly endOffset: number;
}

/** The epoch of batches that no leader of a replicated partition wrote. */
export const NO_EPOCH = -1;
/** What a log without batches has instead. Such a log begins and ends at an offset up to which everything is committed. */
export const NO_BATCHES = -2;

/** The epochs of one log, oldest first. */
export interface Epochs {
  /** Epoch of the last batch; {@link NO_BATCHES} without one. */
  readonly last: number;
  /** A batch of `epoch` begins at `offset`, where the log ended. */
  add(epoch: number, offset: number): void;
  /** The log now ends at `endOffset`. */
  truncate(endOffset: number): void;
  /** Of the newest epoch that is not newer than `epoch`: which it is, and where it ends in a log that ends at `logEnd`. */
  endOf(epoch: number, logEnd: number): EpochEnd;
}

/** Makes the epochs of an empty log. */
export function createEpochs(): Epochs {
  let starts: EpochStart[] = [];
  return {
    get last() {
      return starts.at(-1)?.epoch ?? NO_BATCHES;
    },
    add(epoch, offset) {
      const last = starts.at(-1);
      if (last === undefined || epoch > last.epoch) starts.push({ epoch, startOffset: offset });
    },
    truncate(endOffset) {
      if ((starts.at(-1)?.startOffset ?? -1) >= endOffset) {
        starts = starts.filter(({ startOffset }) => startOffset < endOffset);
      }
    },
    endOf(epoch, logEnd) {
      let endOffset = logEnd;
      for (let i = starts.length - 1; i >= 0; i--) {
        const start = starts[i] as EpochStart;
        if (start.epoch <= epoch) return { epoch: start.epoch, endOffset };
        endOffset = start.startOffset;
      }
      return { epoch: NO_EPOCH, endOffset };
    },
  };
}
