/** Logs that are cut and go on: afterwards they are what they would be if the rest had never been there. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { scanBatches } from '@fluvio-ts/protocol';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { silent } from '../logger.ts';
import { batchOf, recordsIn, runOf } from '../testing/batches.ts';
import type { BatchRun, PlacedBatch } from './batch-run.ts';
import type { Log } from './log.ts';
import { openLog } from './log.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'fluvio-truncate-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

const open = (name: string): Log => openLog({ dir: join(dir, name), segmentBytes: 2000, log: silent });

/** Everything in the log as one run, as a follower gets it. */
function copyOf(log: Log): BatchRun {
  const parts: Uint8Array[] = [];
  for (let from = log.startOffset; from < log.endOffset; ) {
    const bytes = log.read({ from, end: log.endOffset, maxBytes: 1 << 20 });
    parts.push(bytes);
    scanBatches(bytes, ({ nextOffset }) => {
      from = Number(nextOffset);
    });
  }
  const bytes = new Uint8Array(Buffer.concat(parts));
  const batches: PlacedBatch[] = [];
  scanBatches(bytes, ({ position, size, lastOffsetDelta, leaderEpoch }) => {
    batches.push({ position, sizeBytes: size, count: lastOffsetDelta + 1, epoch: leaderEpoch });
  });
  return { bytes, batches };
}

const files = (name: string): Map<string, string> =>
  new Map(
    readdirSync(join(dir, name))
      .sort()
      .map((file) => [file, readFileSync(join(dir, name, file)).toString('hex')]),
  );

it('leaves the same files as a log that never had more, whatever was cut and written before', () => {
  let state = 7;
  const random = (below: number): number => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return (state >>> 8) % below;
  };
  for (let round = 0; round < 12; round++) {
    let log = open(`a${round}`);
    let epoch = 0;
    for (let i = 0; i < 30; i++) {
      const choice = random(10);
      if (choice === 0) log.truncate(random(log.endOffset + 2));
      else if (choice === 1) epoch++;
      else if (choice === 2) {
        log.close();
        log = open(`a${round}`);
      } else {
        log.append(runOf(...Array.from({ length: 1 + random(3) }, () => batchOf('x'.repeat(random(900)), 'y'))), epoch);
      }
    }
    if (log.endOffset === 0) log.append(runOf(batchOf('one')), epoch);
    const fresh = open(`b${round}`);
    fresh.appendCopy(copyOf(log));
    expect(fresh.endOffset).toBe(log.endOffset);
    for (let e = -1; e <= epoch; e++) {
      expect(log.epochs.endOf(e, log.endOffset)).toEqual(fresh.epochs.endOf(e, fresh.endOffset));
    }
    log.close();
    fresh.close();
    expect(files(`a${round}`)).toEqual(files(`b${round}`));
    const again = open(`a${round}`);
    for (let e = -1; e <= epoch; e++) {
      expect(again.epochs.endOf(e, again.endOffset)).toEqual(fresh.epochs.endOf(e, fresh.endOffset));
    }
    again.close();
  }
});

it('begins anew at an offset', () => {
  let log = open('c');
  for (let i = 0; i < 9; i++) log.append(runOf(batchOf('x'.repeat(700))), 3);
  log.restartAt(100);
  expect([log.startOffset, log.endOffset, log.epochs.last]).toEqual([100, 100, -2]);
  log.append(runOf(batchOf('new')), 4);
  log.close();
  log = open('c');
  expect([log.startOffset, log.endOffset, log.epochs.last]).toEqual([100, 101, 4]);
  expect(recordsIn(log.read({ from: 100, end: 101, maxBytes: 1000 }))).toEqual([{ offset: 100, value: 'new' }]);
  log.truncate(50);
  expect([log.startOffset, log.endOffset]).toEqual([50, 50]);
  log.close();
});
