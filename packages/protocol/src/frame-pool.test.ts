import { describe, expect, test } from 'vitest';
import { framePool } from './frame-pool.ts';
import { frameSplitter } from './frames.ts';
import { SpuApiVersions } from './messages/api-versions.ts';
import { NO_ERROR } from './messages/error-code.ts';
import { Produce } from './messages/spu/produce.ts';
import { memoryPipe } from './session/memory-pipe.ts';
import { on, serve } from './session/serve.ts';
import { startSession } from './session/session.ts';

const KIB = 1024;

test('gives out what is large enough, and keeps no more than it may', () => {
  const pool = framePool(300 * KIB);
  expect(pool.take(64 * KIB)).toBeUndefined();
  const first = new Uint8Array(100 * KIB);
  pool.give(first);
  expect(pool.take(101 * KIB)).toBeUndefined();
  const again = pool.take(80 * KIB);
  expect([again?.buffer, again?.length]).toEqual([first.buffer, 80 * KIB]);
  expect(pool.take(80 * KIB)).toBeUndefined();
  for (const size of [100, 150, 200]) pool.give(new Uint8Array(size * KIB));
  expect([pool.take(150 * KIB)?.buffer.byteLength, pool.take(40 * KIB)]).toEqual([200 * KIB, undefined]);
  pool.give(new Uint8Array(400 * KIB));
  pool.give(new Uint8Array(200 * KIB).subarray(8));
  pool.give(new Uint8Array(100));
  expect(pool.take(40 * KIB)).toBeUndefined();
});

test('a splitter takes what is there for a frame, whatever it may reserve', () => {
  const old = new Uint8Array(200 * KIB).fill(7);
  const pool = framePool(1_000 * KIB);
  pool.give(old);
  const splitter = frameSplitter(1_000 * KIB, 10, pool);
  const frames: Uint8Array[] = [];
  const message = new Uint8Array(4 + 100 * KIB).fill(1);
  new DataView(message.buffer).setInt32(0, 100 * KIB);
  for (let at = 0; at < message.length; at += 1_000)
    splitter.push(message.subarray(at, at + 1_000), (f) => frames.push(f));
  splitter.push(message, (frame) => frames.push(frame));
  expect(frames.map(({ length }) => length)).toEqual([100 * KIB, 100 * KIB]);
  expect(frames.map(({ buffer }) => buffer === old.buffer)).toEqual([true, false]);
  expect(frames.every((frame) => frame.every((byte) => byte === 1))).toBe(true);
});

describe('serving', () => {
  const served = async (borrows: boolean) => {
    const [ours, theirs] = memoryPipe();
    const seen: Uint8Array[] = [];
    void serve(
      theirs,
      [
        on(SpuApiVersions, () => ({ errorCode: NO_ERROR, apiKeys: [], platformVersion: '0.0.0' })),
        on(
          Produce,
          async ({ topics }) => {
            seen.push(topics[0]?.partitions[0]?.records as Uint8Array);
            await Promise.resolve();
            return { responses: [], throttleTimeMs: 0 };
          },
          { borrows },
        ),
      ],
      { framePool: framePool(1_000 * KIB) },
    );
    const session = await startSession(ours, { server: 'spu' });
    for (const fill of [1, 2]) {
      await session.call(Produce, {
        transactionalId: undefined,
        isolation: 'read_uncommitted',
        timeoutMs: 1,
        topics: [{ name: 't', partitions: [{ partitionIndex: 0, records: new Uint8Array(100 * KIB).fill(fill) }] }],
        smartmodules: [],
      });
    }
    session.close();
    return seen;
  };

  test('uses the memory of a request again where its handler only borrows it', async () => {
    const [first, second] = await served(true);
    expect(first?.buffer).toBe(second?.buffer);
    expect(first?.[0]).toBe(2);
  });

  test('leaves it to a handler that may keep it', async () => {
    const [first, second] = await served(false);
    expect(first?.buffer).not.toBe(second?.buffer);
    expect(first?.[0]).toBe(1);
  });
});
