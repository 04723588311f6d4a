import { mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { silent } from '../logger.ts';
import { batchOf, recordsIn, runOf } from '../testing/batches.ts';
import type { SmallDisk } from '../testing/small-disk.ts';
import { mountSmallDisk } from '../testing/small-disk.ts';
import { openLog } from './log.ts';
import { segmentFile } from './segment.ts';

let disk: SmallDisk;
beforeAll(() => {
  disk = mountSmallDisk(256);
});
afterAll(() => {
  if ('dir' in disk) disk.unmount();
});

it('refuses what does not fit, keeps what is there, and goes on when there is room again', (context) => {
  if ('absent' in disk) return context.skip(disk.absent);
  const dir = join(disk.dir, 'topic-0');
  mkdirSync(dir);
  const ballast = join(disk.dir, 'ballast');
  writeFileSync(ballast, Buffer.alloc(100 * 1024));
  const value = 'x'.repeat(10_000);
  let log = openLog({ dir, segmentBytes: 1 << 30, log: silent });
  const full = (): number => {
    for (let i = 0; ; i++) {
      const before = log.sizeBytes;
      try {
        log.append(runOf(batchOf(`${log.endOffset}${value}`), batchOf('small')));
      } catch (error) {
        expect(error).toMatchObject({ code: 'storage/full' });
        expect(statSync(segmentFile(dir, 0, 'log')).size).toBe(before);
        return i;
      }
    }
  };
  expect(full()).toBeGreaterThan(5);
  expect(full()).toBe(0);
  const end = log.endOffset;
  expect(log.broken).toBe(false);
  rmSync(ballast);
  expect(full()).toBeGreaterThan(5);
  expect(log.endOffset).toBeGreaterThan(end);

  const records = recordsIn(log.read({ from: 0, end: log.endOffset, maxBytes: 1 << 30 }));
  expect(records.map((record) => record.offset)).toEqual(Array.from({ length: log.endOffset }, (_, i) => i));
  const last = log.endOffset;
  log.close();
  log = openLog({ dir, segmentBytes: 1 << 30, log: (level, message) => expect.fail(`${level} ${message}`) });
  expect(log.endOffset).toBe(last);
  log.close();
});

it('refuses when a new segment cannot begin, and leaves the log readable', (context) => {
  if ('absent' in disk) return context.skip(disk.absent);
  const dir = join(disk.dir, 'rolls-0');
  mkdirSync(dir);
  const log = openLog({ dir, segmentBytes: 4096, log: silent });
  let stored = 0;
  expect(() => {
    for (;;) {
      log.append(runOf(batchOf('y'.repeat(3000))));
      stored++;
    }
  }).toThrow(expect.objectContaining({ code: 'storage/full' }));
  expect(log.endOffset).toBe(stored);
  for (let offset = 0; offset < stored; offset++) {
    expect(recordsIn(log.read({ from: offset, end: stored, maxBytes: 1 }))[0]?.offset).toBe(offset);
  }
  log.close();
});
