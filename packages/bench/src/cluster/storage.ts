/** Storage beside `writeSync` with the same bytes, in turn, in one process. */
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLog } from '@fluvio-ts/cluster/internal';
import { BatchBuilder } from '@fluvio-ts/protocol';
import type { BenchRow } from '../row.ts';
import { row } from './target.ts';

const BATCH_BYTES = 65_536;
const ROUNDS = 25;
const BATCHES_PER_ROUND = 500;
const SEGMENT_BYTES = 1_073_741_824;

/** Megabytes a second of both, and their ratio. */
export async function storageRows(say: (text: string) => void): Promise<BenchRow[]> {
  say('storage beside writeSync');
  const dir = mkdtempSync(join(tmpdir(), 'fluvio-bench-'));
  const batch = batchOf(BATCH_BYTES);
  const count = Number(new DataView(batch.buffer, batch.byteOffset).getUint32(23)) + 1;
  const ours: number[] = [];
  const raw: number[] = [];
  try {
    for (let round = 0; round <= ROUNDS; round++) {
      const path = join(dir, `raw-${round}`);
      const fd = openSync(path, 'w');
      const rawMs = time(() => {
        for (let i = 0; i < BATCHES_PER_ROUND; i++) writeSync(fd, batch);
      });
      closeSync(fd);
      rmSync(path);
      const log = openLog({ dir: join(dir, `log-${round}`), segmentBytes: SEGMENT_BYTES, log: () => {} });
      const run = { bytes: batch, batches: [{ position: 0, sizeBytes: batch.length, count }] };
      const logMs = time(() => {
        for (let i = 0; i < BATCHES_PER_ROUND; i++) log.append(run, 1);
      });
      log.close();
      rmSync(join(dir, `log-${round}`), { recursive: true });
      if (round === 0) continue;
      const megabytes = (BATCHES_PER_ROUND * batch.length) / 1e6;
      raw.push((megabytes / rawMs) * 1_000);
      ours.push((megabytes / logMs) * 1_000);
    }
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
  const shares = ours.map((rate, i) => (100 * rate) / (raw[i] as number));
  return [
    row('writeSync of 64 KB', 'MB/s', raw),
    row('storage, batches of 64 KB', 'MB/s', ours),
    row('storage of writeSync, round by round', '%', shares, { atLeast: 50 }),
  ];
}

function time(work: () => void): number {
  const began = performance.now();
  work();
  return performance.now() - began;
}

function batchOf(sizeBytes: number): Uint8Array {
  const builder = new BatchBuilder({ firstTimestampMs: 0, capacityBytes: sizeBytes });
  const value = new Uint8Array(1_000).fill(97);
  while (builder.tryAdd(null, value, 0, sizeBytes) >= 0);
  return builder.finish();
}
