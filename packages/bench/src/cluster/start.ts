/** How long a cluster takes to start, and what an idle one holds. */
import { readFileSync } from 'node:fs';
import { startCluster } from '@fluvio-ts/cluster';
import type { BenchRow } from '../row.ts';
import { row } from './target.ts';

const STARTS = 9;
/** Within this an idle process has given back what it needed to start. */
const SETTLE_MS = 5_000;

/** Milliseconds from the call to a cluster on which topics can be created. */
export async function startRows(say: (text: string) => void): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const [mode, bound] of [
    ['inProcess', 300],
    ['processes', 1_500],
  ] as const) {
    for (const spus of [1, 3]) {
      say(`start, ${mode}, ${spus} SPU`);
      const samples: number[] = [];
      for (let i = 0; i <= STARTS; i++) {
        const began = performance.now();
        await using _ = await startCluster({ mode, spus });
        // The first one loads the code.
        if (i > 0) samples.push(performance.now() - began);
      }
      rows.push(row(`start, ${mode}, ${spus} SPU`, 'ms', samples, { atMost: bound }));
    }
  }
  return rows;
}

/** Proportional set size of an idle cluster of three SPUs, all processes together. */
export async function memoryRows(say: (text: string) => void): Promise<BenchRow[]> {
  if (process.platform !== 'linux') return [];
  say('memory of an idle cluster');
  await using cluster = await startCluster({ mode: 'processes', spus: 3 });
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
  const each = cluster.members.map(({ name, pid }) => ({ name, megabytes: proportionalMegabytes(pid) }));
  const note = each.map(({ name, megabytes }) => `${name} ${megabytes.toFixed(0)}`).join(', ');
  const total = each.reduce((sum, { megabytes }) => sum + megabytes, 0);
  return [row('idle cluster of 3 SPUs, proportional set size', 'MB', [total], { atMost: 250 }, note)];
}

/** Pages that processes share count once, divided among them. */
function proportionalMegabytes(pid: number): number {
  const [, kilobytes = ''] = /^Pss:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')) ?? [];
  return (Number(kilobytes) * 1024) / 1e6;
}
