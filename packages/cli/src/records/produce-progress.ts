/** How far producing is, and how it ended. */
import type { Talk } from '../output/talk.ts';
import { formatElapsed } from '../values/duration.ts';
import { formatSize } from '../values/size.ts';
import type { Source } from './input.ts';
import type { Tally } from './sending.ts';

/** See the file's head. */
export interface ProduceProgress {
  /** Bytes were read. */
  read(bytes: number): void;
  end(): void;
}

/** Shows a line while records are sent, with a percentage where the sizes of all files are known. */
export function produceProgress(talk: Talk, sources: readonly Source[], tally: Tally): ProduceProgress {
  const sizes = sources.map(({ sizeBytes }) => sizeBytes);
  const total = sizes.every((size) => size !== undefined) ? sizes.reduce((sum, size) => sum + size, 0) : undefined;
  const typed = sources.some(({ isTTY }) => isTTY);
  const began = performance.now();
  let bytes = 0;
  return {
    read(more) {
      bytes += more;
      if (typed) return;
      const seconds = (performance.now() - began) / 1000;
      const { acknowledged } = tally;
      const parts = [
        `${acknowledged.toLocaleString('en-US')} acknowledged`,
        `${Math.round(acknowledged / seconds).toLocaleString('en-US')}/s`,
        `${formatSize(Math.round(bytes / seconds))}/s`,
      ];
      if (total !== undefined && total > 0 && bytes <= total) {
        parts.push(`${Math.floor((100 * bytes) / total)} %`);
        if (seconds > 1) parts.push(`${formatElapsed(((total - bytes) / bytes) * seconds * 1000)} to go`);
      }
      talk.progress(parts.join(', '));
    },
    end: () => talk.clear(),
  };
}

/** Fewer make no rate. */
const MANY = 100;

/** `1,000 records (1.2 MB) acknowledged in 2.0 s: 500 records/s, 600.0 KB/s`. */
export function summaryOf({ acknowledged, bytes }: Tally, elapsedMs: number, transformed = false): string {
  // Nobody tells how many records a SmartModule let through, or made.
  const done = transformed ? 'acknowledged, and stored as the SmartModule makes them,' : 'acknowledged';
  const what = `${counted(acknowledged)} (${formatSize(bytes)}) ${done} in ${formatElapsed(elapsedMs)}`;
  if (acknowledged < MANY) return what;
  const rate = Math.round((acknowledged * 1000) / elapsedMs).toLocaleString('en-US');
  return `${what}: ${rate} records/s, ${formatSize(Math.round((bytes * 1000) / elapsedMs))}/s`;
}

const counted = (records: number): string => `${records.toLocaleString('en-US')} record${records === 1 ? '' : 's'}`;
