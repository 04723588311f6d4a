import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LogLevel } from '../logger.ts';
import { silent } from '../logger.ts';
import { batchOf, recordsIn, runOf } from '../testing/batches.ts';
import type { Log } from './log.ts';
import { openLog } from './log.ts';
import type { ReadCursor } from './read-batches.ts';
import { segmentFile } from './segment.ts';

let dir: string;
let log: Log;
const reports: [LogLevel, string][] = [];

const open = (segmentBytes = 1024 * 1024): Log =>
  openLog({ dir, segmentBytes, log: (level, message) => reports.push([level, message]) });

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'fluvio-log-'));
  reports.length = 0;
});
afterEach(() => {
  log?.close();
  rmSync(dir, { recursive: true });
});

const LARGE = 1 << 30;
const readAll = (from = log.startOffset, maxBytes = LARGE): { offset: number; value: string }[] => {
  const records = [];
  let next = from;
  while (next < log.endOffset) {
    const got = recordsIn(log.read({ from: next, end: log.endOffset, maxBytes }));
    records.push(...got);
    next = (got.at(-1)?.offset ?? Number.NaN) + 1;
  }
  return records;
};

describe('appending and reading', () => {
  it('closes a segment whose batches claim more offsets than its index has bits for, and finds what is behind them', () => {
    log = open(20_000);
    const claiming = batchOf('x');
    // Its last offset delta, which nothing holds against the records that are there.
    new DataView(claiming.buffer, claiming.byteOffset).setInt32(23, 0x7fff_ffff);
    const run = runOf(claiming);
    for (let i = 0; i < 3; i++) log.append(run);
    const last = log.endOffset;
    expect(last).toBeGreaterThan(2 ** 32);
    for (let i = 0; i < 500; i++) log.append(runOf(batchOf(`y${i}`)));
    expect(log.closedSegments.length).toBeGreaterThan(0);
    expect(recordsIn(log.read({ from: last + 100, end: log.endOffset, maxBytes: 1 }))[0]?.value).toBe('y100');
    log.close();
    log = open(20_000);
    expect(log.endOffset).toBe(last + 500);
  });

  it('assigns consecutive offsets over batches, runs and segments, and reads them back', () => {
    log = open(400);
    expect(log.append(runOf(batchOf('a', 'b'), batchOf('c')))).toBe(0);
    expect(log.append(runOf(batchOf('d')))).toBe(3);
    for (let i = 0; i < 20; i++) log.append(runOf(batchOf(`x${i}`), batchOf(`y${i}`)));
    expect(log.endOffset).toBe(44);
    expect(readAll().map((record) => record.offset)).toEqual(Array.from({ length: 44 }, (_, i) => i));
    expect(readdirSync(dir).filter((name) => name.endsWith('.log')).length).toBeGreaterThan(5);
    for (const name of readdirSync(dir)) expect(statSync(join(dir, name)).size).toBeLessThanOrEqual(400);
  });

  it('gives whole batches only, at least one, and no more than asked', () => {
    log = open();
    const size = batchOf('v'.repeat(100)).length;
    for (let i = 0; i < 50; i++) log.append(runOf(batchOf('v'.repeat(100))));
    expect(log.read({ from: 7, end: 50, maxBytes: size * 3 }).length).toBe(size * 3);
    expect(log.read({ from: 7, end: 50, maxBytes: size * 4 - 1 }).length).toBe(size * 3);
    expect(log.read({ from: 7, end: 50, maxBytes: 1 }).length).toBe(size);
    expect(log.read({ from: 49, end: 50, maxBytes: LARGE }).length).toBe(size);
    expect(log.read({ from: 7, end: 9, maxBytes: LARGE }).length).toBe(size * 2);
  });

  it('begins with the batch that contains the offset, and leaves out a batch that ends behind the end', () => {
    log = open();
    log.append(runOf(batchOf('a', 'b', 'c'), batchOf('d', 'e', 'f')));
    expect(recordsIn(log.read({ from: 2, end: 6, maxBytes: LARGE }))[0]?.offset).toBe(0);
    expect(recordsIn(log.read({ from: 1, end: 5, maxBytes: LARGE })).map((record) => record.value)).toEqual([
      'a',
      'b',
      'c',
    ]);
    expect(log.read({ from: 4, end: 5, maxBytes: LARGE }).length).toBe(0);
  });

  it('finds every offset through the index, with and without a cursor, whatever the sizes', () => {
    log = open(64 * 1024);
    const sizes = [1, 5000, 30, 12_000, 200, 9000];
    for (let i = 0; i < 60; i++) log.append(runOf(batchOf(`${i}:${'z'.repeat(sizes[i % sizes.length] as number)}`)));
    for (let i = 0; i < 60; i++) {
      expect(recordsIn(log.read({ from: i, end: 60, maxBytes: 10 }))[0]?.value).toMatch(new RegExp(`^${i}:`));
    }
    const cursor: ReadCursor = { segment: -1, offset: -1, position: -1 };
    for (let next = 0; next < 60; ) {
      const got = recordsIn(log.read({ from: next, end: 60, maxBytes: 20_000, cursor }));
      expect(got[0]?.offset).toBe(next);
      next = (got.at(-1)?.offset as number) + 1;
    }
  });

  it('writes an index that points at batches at least 4,096 bytes apart', () => {
    log = open();
    for (let i = 0; i < 100; i++) log.append(runOf(batchOf('w'.repeat(500))));
    log.close();
    const index = readFileSync(segmentFile(dir, 0, 'index'));
    const file = readFileSync(segmentFile(dir, 0, 'log'));
    expect(index.length / 8).toBeGreaterThan(10);
    let last = 0;
    for (let at = 0; at < index.length; at += 8) {
      const position = index.readUInt32BE(at + 4);
      expect(Number(file.readBigInt64BE(position))).toBe(index.readUInt32BE(at));
      expect(position - last).toBeGreaterThanOrEqual(4096);
      last = position;
    }
  });

  it('reads right with an index that is wrong or missing', () => {
    log = open(30_000);
    for (let i = 0; i < 100; i++) log.append(runOf(batchOf(`${i}${'w'.repeat(500)}`)));
    log.close();
    const index = readFileSync(segmentFile(dir, 0, 'index'));
    index.writeUInt32BE(index.readUInt32BE(4) + 3, 4);
    writeFileSync(segmentFile(dir, 0, 'index'), index);
    const second = readdirSync(dir).filter((name) => name.endsWith('.index'))[1] as string;
    rmSync(join(dir, second));
    log = open(30_000);
    expect(readAll().map((record) => record.offset)).toEqual(Array.from({ length: 100 }, (_, i) => i));
  });
});

describe('opening again', () => {
  it('goes on where it ended', () => {
    log = open(300);
    for (let i = 0; i < 10; i++) log.append(runOf(batchOf(`r${i}`)));
    log.close();
    log = open(300);
    expect(log.endOffset).toBe(10);
    expect(log.append(runOf(batchOf('more')))).toBe(10);
    expect(readAll().length).toBe(11);
    expect(reports).toEqual([]);
  });

  it('cuts an incomplete last batch off at every length, and loses nothing else', () => {
    const last = batchOf('the last', 'one');
    for (let keep = 1; keep < last.length; keep += 5) {
      log = open();
      log.append(runOf(batchOf('good'), batchOf('fine')));
      const whole = log.sizeBytes;
      log.append(runOf(last));
      log.close();
      truncateSync(segmentFile(dir, 0, 'log'), whole + keep);
      log = open();
      expect(log.endOffset).toBe(2);
      expect(statSync(segmentFile(dir, 0, 'log')).size).toBe(whole);
      expect(log.append(runOf(batchOf('next')))).toBe(2);
      expect(readAll().map((record) => record.value)).toEqual(['good', 'fine', 'next']);
      log.close();
      rmSync(dir, { recursive: true });
    }
    log = open();
    expect(reports[0]).toEqual(['warn', 'cut an incomplete batch off the end of a log']);
  });

  it.each([
    [
      'a flipped bit',
      (bytes: Buffer, second: number) => bytes.writeUInt8(bytes.readUInt8(second + 70) ^ 4, second + 70),
    ],
    ['a wrong offset', (bytes: Buffer, second: number) => bytes.writeBigInt64BE(9n, second)],
    ['zeros', (bytes: Buffer, second: number) => bytes.fill(0, second)],
    ['an impossible length', (bytes: Buffer, second: number) => bytes.writeInt32BE(-4, second + 8)],
  ])('ends before %s and puts the rest aside', (_, damage) => {
    log = open();
    log.append(runOf(batchOf('good')));
    const second = log.sizeBytes;
    log.append(runOf(batchOf('second')));
    log.append(runOf(batchOf('third')));
    log.close();
    const bytes = readFileSync(segmentFile(dir, 0, 'log'));
    damage(bytes, second);
    writeFileSync(segmentFile(dir, 0, 'log'), bytes);
    log = open();
    expect(readAll().map((record) => record.value)).toEqual(['good']);
    expect(log.endOffset).toBe(1);
    expect(readFileSync(`${segmentFile(dir, 0, 'log')}.damaged-at-1`).equals(bytes.subarray(second))).toBe(true);
    expect(reports[0]?.[0]).toBe('error');
  });

  it('begins at the first segment that is left', () => {
    log = open(200);
    for (let i = 0; i < 10; i++) log.append(runOf(batchOf(`r${i}`)));
    log.close();
    rmSync(segmentFile(dir, 0, 'log'));
    log = open(200);
    expect(log.startOffset).toBeGreaterThan(0);
    expect(readAll()[0]?.offset).toBe(log.startOffset);
  });

  it('says where a closed segment is damaged instead of giving wrong records', () => {
    log = open(200);
    for (let i = 0; i < 10; i++) log.append(runOf(batchOf(`r${i}`)));
    log.close();
    truncateSync(segmentFile(dir, 0, 'log'), 100);
    log = open(200);
    expect(() => log.read({ from: 1, end: 10, maxBytes: LARGE })).toThrow(
      expect.objectContaining({ code: 'storage/corrupt' }),
    );
  });
});

it('leaves an index file that can be mapped into memory: never empty after closing', () => {
  log = open();
  log.append(runOf(batchOf('one')));
  log.close();
  expect(readFileSync(segmentFile(dir, 0, 'index'))).toEqual(Buffer.alloc(8));
  appendFileSync(segmentFile(dir, 0, 'index'), Buffer.alloc(4096));
  log = openLog({ dir, segmentBytes: 1000, log: silent });
  expect(readAll().length).toBe(1);
});

it('syncs closed and active segments, also while it rolls', async () => {
  log = open(200);
  const syncs = [];
  for (let i = 0; i < 30; i++) {
    log.append(runOf(batchOf(`r${i}`)));
    syncs.push(log.sync());
  }
  await Promise.all(syncs);
  expect(existsSync(segmentFile(dir, 0, 'log'))).toBe(true);
  expect(readAll().length).toBe(30);
});
