/** Benchmark of the codec's hot path: `node packages/bench/dist/codec.js`, with words to select cases by. */
import { caseProgram } from './apart.ts';
import { codecCases } from './codec-cases.ts';
import type { BenchRow } from './row.ts';

const program = caseProgram(import.meta.url, codecCases);

/** Measures batches, checksums and key hashing. */
export const codecRows = (): Promise<BenchRow[]> => program.rows();

await program.runIfMain();
