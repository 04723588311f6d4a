/** Rows that have a target: the note says whether it is met. */
import type { BenchRow } from '../row.ts';
import { spread } from '../row.ts';

/** A bound on the median. */
export type Target = { readonly atMost: number } | { readonly atLeast: number };

/** Makes a row of samples. */
export function row(name: string, unit: string, samples: readonly number[], target?: Target, note?: string): BenchRow {
  const values = spread(samples);
  const notes = [target === undefined ? undefined : verdict(values.median, unit, target), note];
  const text = notes.filter((each) => each !== undefined).join('; ');
  return { case: name, unit, ...values, ...(text === '' ? {} : { note: text }) };
}

function verdict(median: number, unit: string, target: Target): string {
  const [bound, met] =
    'atMost' in target
      ? [`at most ${target.atMost}`, median <= target.atMost]
      : [`at least ${target.atLeast}`, median >= target.atLeast];
  return `target ${bound} ${unit}: ${met ? 'met' : 'MISSED'}`;
}

/** The value below which this share of the samples lies. */
export function percentile(samples: readonly number[], share: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}
