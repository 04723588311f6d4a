/** What every benchmark of this package answers with. */

/** One measured case. */
export interface BenchRow {
  /** What was measured, such as `encode 100 B records`. */
  readonly case: string;
  /** Unit of the numbers, such as `ns/record` or `MB/s`. */
  readonly unit: string;
  /** Median over the rounds. */
  readonly median: number;
  /** Tenth percentile: the fast end of times, the slow end of rates. */
  readonly p10: number;
  /** Ninetieth percentile. */
  readonly p90: number;
  /** What to know when reading the numbers. */
  readonly note?: string;
}

/** Median and spread of measured values. */
export function spread(values: readonly number[]): Pick<BenchRow, 'median' | 'p10' | 'p90'> {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number): number => sorted[Math.round(share * (sorted.length - 1))] ?? Number.NaN;
  return { median: at(0.5), p10: at(0.1), p90: at(0.9) };
}

/** Rows as an aligned table. */
export function formatRows(rows: readonly BenchRow[]): string {
  const number = (value: number): string =>
    value.toLocaleString('en-US', { maximumFractionDigits: value < 10 ? 1 : 0 });
  const cells = [
    ['case', 'median', 'p10', 'p90', 'unit', ''],
    ...rows.map((row) => [row.case, number(row.median), number(row.p10), number(row.p90), row.unit, row.note ?? '']),
  ];
  const widths = cells.reduce<number[]>(
    (sizes, line) => line.map((cell, i) => Math.max(cell.length, sizes[i] ?? 0)),
    [],
  );
  const isNumber = (column: number): boolean => column >= 1 && column <= 3;
  return cells
    .map((line) =>
      line
        .map((cell, i) => (isNumber(i) ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
