/** The embedded cluster: starting, memory, storage, replication, and failover, each with its target. */
import type { BenchRow } from '../row.ts';
import { appendRows, failoverRows } from './replicated.ts';
import { memoryRows, startRows } from './start.ts';
import { storageRows } from './storage.ts';

/** Measures everything; `say` hears what is being measured. */
export async function clusterRows(say: (text: string) => void): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const part of [startRows, memoryRows, storageRows, appendRows, failoverRows]) rows.push(...(await part(say)));
  return rows;
}
