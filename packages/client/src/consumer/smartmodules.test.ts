import { NO_ERROR } from '@fluvio-ts/protocol';
import { describe, expect, test } from 'vitest';
import { store, storeBatch, storeNumbers, texts, withTopic } from '../testing/filled.ts';
import { batchWithDeltas } from '../testing/gaps.ts';
import { until } from '../testing/until.ts';
import type { ConsumerSkip, ConsumerTransform } from './settings.ts';

const WASM = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
const range = (from: number, to: number): string[] => Array.from({ length: to - from }, (_, i) => `${from + i}`);

const failure = (offset: bigint) =>
  ({
    kind: 'SmartModuleRuntimeError',
    hint: 'it is odd',
    offset,
    smartModuleKind: 'Filter',
    recordKey: undefined,
    recordValue: new Uint8Array(0),
  }) as const;

describe('records that compaction left', () => {
  test('keep their offsets, and the stream ends and resumes by them', async () => {
    const { cluster, client } = await withTopic();
    storeBatch(cluster, 0, batchWithDeltas(0n, [0, 3, 9], 9), 10);
    storeBatch(cluster, 0, batchWithDeltas(10n, [1, 2], 14), 15);
    const found: bigint[] = [];
    let cut = false;
    for await (const record of client.consumer('t', { start: { offset: 2n }, until: 'end', maxBytes: 1 })) {
      found.push(record.offset);
      if (!cut) cluster.cut(1);
      cut = true;
    }
    expect(found).toEqual([3n, 9n, 11n, 12n]);
  });
});

describe('at the SPU', () => {
  test('are named in the request, and the stream goes on where the answer says', async () => {
    const { cluster, client } = await withTopic();
    storeNumbers(cluster, 0, 10, 10);
    // One in ten records of two stored batches at a time, in one batch, as an SPU makes it.
    cluster.faults.answer = (answer, { fetchOffset }) => {
      const at = answer.records.length === 0 ? fetchOffset : (cluster.credits.at(-1) ?? fetchOffset);
      if (at >= 100n) return { ...answer, records: new Uint8Array(0), nextFilterOffset: 100n };
      return { ...answer, records: batchWithDeltas(at, [0, -10], 19), nextFilterOffset: at + 20n };
    };
    const consumer = client.consumer('t', {
      start: 'beginning',
      until: 'end',
      smartModules: [{ name: 'sieve', params: { every: '10' } }, { wasm: WASM }],
    });
    const approximate: boolean[] = [];
    for await (const record of consumer) approximate.push(record.isOffsetApproximate);
    expect(approximate).toEqual(Array(10).fill(true));
    const chain = cluster.streams[0]?.smartmodules;
    expect(chain?.map(({ wasm }) => wasm.kind)).toEqual(['predefined', 'adHoc']);
    expect(chain?.[0]?.params.params.get('every')).toBe('10');
    expect(cluster.credits).toEqual([20n, 40n, 60n, 80n]);
  });

  test('resume at the end of the last answer', async () => {
    const { cluster, client } = await withTopic();
    storeNumbers(cluster, 0, 4, 10);
    let answers = 0;
    cluster.faults.answer = (answer) => {
      answers++;
      const at = BigInt(answers - 1) * 20n;
      return { ...answer, records: batchWithDeltas(at, [0, -10], 19), nextFilterOffset: at + 20n };
    };
    let seen = 0;
    for await (const _ of client.consumer('t', {
      start: 'beginning',
      until: 'end',
      smartModules: [{ name: 'm' }],
      prefetchBytes: 1,
    })) {
      if (++seen === 1) cluster.cut(1);
    }
    expect(seen).toBe(4);
    expect(cluster.streams.map(({ fetchOffset }) => fetchOffset)).toEqual([0n, 20n]);
  });

  test('which let nothing through end at the end all the same', async () => {
    const { cluster, client } = await withTopic();
    storeNumbers(cluster, 0, 2, 10);
    cluster.faults.answer = () => undefined;
    const options = { start: 'beginning', until: { end: true, idleMs: 100 }, smartModules: [{ name: 'm' }] } as const;
    expect(await texts(client.consumer('t', options))).toEqual([]);
  });

  const failing = async (onSmartModuleFailure: 'stop' | 'skip') => {
    const { cluster, client } = await withTopic();
    storeNumbers(cluster, 0, 2, 4);
    let answers = 0;
    cluster.faults.answer = (answer) => {
      answers++;
      if (answers === 1) {
        return { ...answer, records: batchWithDeltas(0n, [0, 1], 3), nextFilterOffset: 4n, errorCode: failure(2n) };
      }
      return { ...answer, records: batchWithDeltas(4n, [0, 1, 2, 3], 3), nextFilterOffset: 8n, errorCode: NO_ERROR };
    };
    const skips: ConsumerSkip[] = [];
    const consumer = client.consumer('t', {
      start: 'beginning',
      until: 'end',
      smartModules: [{ name: 'm' }],
      onSmartModuleFailure,
      onSkip: (skip) => skips.push(skip),
    });
    const offsets: bigint[] = [];
    const read = (async () => {
      for await (const record of consumer) offsets.push(record.offset);
    })();
    return { read, offsets, skips };
  };

  test('that fail on a record end the stream with it, behind what came before', async () => {
    const { read, offsets, skips } = await failing('stop');
    await expect(read).rejects.toMatchObject({
      code: 'consume/smartmodule-failed',
      context: { offset: 2n, hint: 'it is odd', partition: 0 },
    });
    expect([offsets, skips]).toEqual([[0n, 1n], []]);
  });

  test('that fail on a record leave it out where that was asked for, and tell', async () => {
    const { read, offsets, skips } = await failing('skip');
    await read;
    expect(offsets).toEqual([0n, 1n, 4n, 5n, 6n, 7n]);
    expect(skips).toMatchObject([{ topic: 't', partition: 0, offset: 2n, next: 4n }]);
  });

  test('that the cluster does not have are an error', async () => {
    const { cluster, client } = await withTopic();
    store(cluster, 0, [{ value: 'x' }]);
    cluster.faults.stream = () => ({ kind: 'SmartModuleNotFound', name: 'm' });
    await expect(
      texts(client.consumer('t', { start: 'beginning', smartModules: [{ name: 'm' }] })),
    ).rejects.toMatchObject({ code: 'smartmodule/not-found', context: { name: 'SmartModuleNotFound' } });
  });

  test('that the controller has and the SPU does not know yet are waited for', async () => {
    const { cluster, client } = await withTopic();
    store(cluster, 0, [{ value: 'x' }]);
    cluster.smartModules.add('m');
    let asked = 0;
    cluster.faults.stream = () => (++asked < 3 ? { kind: 'SmartModuleNotFound', name: 'm' } : undefined);
    const consumer = client.consumer('t', { start: 'beginning', until: { count: 1 }, smartModules: [{ name: 'm' }] });
    expect(await texts(consumer)).toEqual(['x']);
    expect(asked).toBe(3);
  });
});

describe('in this process', () => {
  /** Keeps even numbers, and refuses one. */
  const evens = (refused?: number): { readonly transform: ConsumerTransform; readonly closed: () => number } => {
    let closed = 0;
    return {
      closed: () => closed,
      transform: {
        start: async () => ({
          async apply(batch, { fromOffset, codecs }) {
            const deltas: number[] = [];
            const block = await batch.open(codecs);
            for (const record of block) {
              if (record.offset < fromOffset) continue;
              if (Number(record.text()) === refused) {
                const next = record.offset + 1n;
                const made =
                  deltas.length === 0 ? new Uint8Array(0) : batchWithDeltas(batch.baseOffset, deltas, record.index);
                return { records: made, nextOffset: next, error: new Error('refused') };
              }
              if (Number(record.text()) % 2 === 0) deltas.push(record.index);
            }
            const records =
              deltas.length === 0
                ? new Uint8Array(0)
                : batchWithDeltas(batch.baseOffset, deltas, batch.lastOffsetDelta);
            return { records, nextOffset: batch.nextOffset };
          },
          async close() {
            closed++;
          },
        }),
      },
    };
  };

  test('transform what is read, with true offsets', async () => {
    const { cluster, client } = await withTopic();
    storeNumbers(cluster, 0, 3, 10);
    const { transform, closed } = evens();
    const offsets: bigint[] = [];
    for await (const record of client.consumer('t', { start: { offset: 5n }, until: 'end', transform }))
      offsets.push(record.offset);
    expect(offsets).toEqual(
      range(5, 30)
        .map(BigInt)
        .filter((offset) => offset % 2n === 0n),
    );
    await until(() => closed() === 1);
  });

  test('that refuse a record end the stream, or leave that one out', async () => {
    const { cluster, client } = await withTopic();
    storeNumbers(cluster, 0, 2, 10);
    const { transform } = evens(4);
    await expect(texts(client.consumer('t', { start: 'beginning', transform }))).rejects.toThrow('refused');
    const skips: ConsumerSkip[] = [];
    const options = {
      start: 'beginning',
      until: 'end',
      transform: evens(4).transform,
      onSmartModuleFailure: 'skip',
    } as const;
    const offsets: bigint[] = [];
    for await (const { offset } of client.consumer('t', { ...options, onSkip: (skip) => skips.push(skip) }))
      offsets.push(offset);
    expect(offsets).toEqual([0n, 2n, 6n, 8n, 10n, 12n, 14n, 16n, 18n]);
    expect(skips).toMatchObject([{ offset: 4n, next: 5n }]);
  });
});
