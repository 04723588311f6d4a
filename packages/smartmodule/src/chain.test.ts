/** Every kind of module that the Rust SDK makes, alone and in chains, in this thread. */
import { isFluvioError } from '@fluvio-ts/protocol';
import { describe, expect, test } from 'vitest';
import { startChain } from './chain.ts';
import { recordBlock } from './record-block.ts';
import { module, offsets, texts } from './testing/modules.ts';

const run = async (name: string, values: Parameters<typeof recordBlock>[0], how = {}) => {
  const chain = await startChain([module(name, how)]);
  return chain.process(recordBlock(values, { baseOffset: 100n, timestampMs: 1_700_000_000_000 }));
};

describe('kinds', () => {
  test('a filter keeps records with their offsets and times', async () => {
    const { records, error } = await run('filter-contains', ['fluvio', 'kafka', 'a fluvio'], {
      params: { needle: 'fluvio' },
    });
    expect(error).toBeUndefined();
    expect(texts(records)).toEqual(['fluvio', 'a fluvio']);
    expect(offsets(records)).toEqual([100n, 102n]);
    expect([...records].map((r) => r.timestampMs)).toEqual([1_700_000_000_000, 1_700_000_000_000]);
  });

  test('a map changes values and keeps keys, a missing one too', async () => {
    const { records } = await run('map-upper', [{ key: 'k', value: 'grün' }, { key: '', value: 'x' }, 'y']);
    expect([...records].map((r) => [r.keyText(), r.text()])).toEqual([
      ['k', 'GRÜN'],
      ['', 'X'],
      [null, 'Y'],
    ]);
  });

  test('a map sets keys', async () => {
    const { records } = await run('map-key-swap', [{ key: 'k', value: 'v' }, 'alone']);
    expect([...records].map((r) => [r.keyText(), r.text()])).toEqual([
      ['v', 'k'],
      ['alone', ''],
    ]);
  });

  test('a filter-map does both', async () => {
    const { records } = await run('filter-map-number', ['1', 'two', '4']);
    expect([...records].map((r) => [r.keyText(), r.text()])).toEqual([
      ['odd', '2'],
      ['even', '8'],
    ]);
    expect(offsets(records)).toEqual([100n, 102n]);
  });

  test('an array-map makes many of one, and none', async () => {
    const { records } = await run('array-map-words', [{ key: 'k', value: 'a b' }, '', '[1,{"x":2}]']);
    expect(texts(records)).toEqual(['a', 'b', '1', '{"x":2}']);
    expect([...records].map((r) => r.keyText())).toEqual(['k', 'k', null, null]);
  });

  test('an aggregate goes on from its accumulator, and from one block to the next', async () => {
    const accumulator = new TextEncoder().encode('{"count":10,"bytes":0}');
    const chain = await startChain([module('aggregate-count', { accumulator })]);
    const values = ['1', '2', 'three four', '5', '4', '7'];
    const counted = (from: number, to: number): unknown[] =>
      texts(chain.process(recordBlock(values.slice(from, to))).records).map((text) => JSON.parse(text));
    expect([...counted(0, 4), ...counted(4, 6)]).toEqual([
      { count: 11, bytes: 1 },
      { count: 12, bytes: 2 },
      { count: 13, bytes: 12 },
      { count: 14, bytes: 13 },
      { count: 15, bytes: 14 },
      { count: 16, bytes: 15 },
    ]);
  });

  test('an aggregate without an accumulator starts from nothing', async () => {
    const { records } = await run('aggregate-count', ['ab']);
    expect(JSON.parse(texts(records)[0] ?? '')).toEqual({ count: 1, bytes: 2 });
  });

  test('modules see offsets and times', async () => {
    const chain = await startChain([module('map-stamp')]);
    const block = recordBlock(['a', { value: 'b', timestampMs: 1_700_000_000_500 }], {
      baseOffset: 41n,
      timestampMs: 1_700_000_000_000,
    });
    expect(texts(chain.process(block).records)).toEqual(['41 1700000000000 a', '42 1700000000500 b']);
  });
});

test.each([16, 17, 18, 19, 20, 21, 22, 23, 24, 25])('version %i', async (version) => {
  const run = async (name: string, values: readonly string[], how = {}): Promise<string[]> =>
    texts(
      (await startChain([module(name, how)], { version })).process(recordBlock(values, { baseOffset: 7n })).records,
    );
  expect(await run('filter-contains', ['a', 'b'], { params: { needle: 'b' } })).toEqual(['b']);
  expect(await run('map-upper', ['a'])).toEqual(['A']);
  expect(await run('filter-map-number', ['x', '3'])).toEqual(['6']);
  expect(await run('array-map-words', ['a b'])).toEqual(['a', 'b']);
  expect(await run('aggregate-count', ['a', 'b'])).toEqual(['{"bytes":1,"count":1}', '{"bytes":2,"count":2}']);
  // Modules learn the time from version 22 on.
  expect((await run('map-stamp', ['x']))[0]).toMatch(version < 22 ? /^7 0 x$/ : /^7 1[78]\d{11} x$/);
});

describe('look-back', () => {
  test('primes the module, which then goes on', async () => {
    const lookback = { last: 3n, age: undefined };
    const chain = await startChain([module('map-upper', { lookback }), module('lookback-increasing', { lookback })]);
    expect(chain.modules.map((m) => m.looksBack)).toEqual([false, true]);
    const asked: unknown[] = [];
    await chain.lookBack((how) => {
      asked.push(how);
      return recordBlock(['1', '9', '3']);
    });
    expect(asked).toEqual([lookback]);
    expect(texts(chain.process(recordBlock(['5', '10', '8', '11'])).records)).toEqual(['10', '11']);
  });

  test('is not asked for where the invocation has none', async () => {
    const chain = await startChain([module('lookback-increasing')]);
    await chain.lookBack(() => expect.fail('nobody asked'));
    expect(texts(chain.process(recordBlock(['5', '4'])).records)).toEqual(['5']);
  });

  test('tells the record that it refuses', async () => {
    const chain = await startChain([module('lookback-increasing', { lookback: { last: 2n, age: undefined } })]);
    const past = recordBlock(['1', { key: 'k', value: 'x' }], { baseOffset: 20n });
    await expect(chain.lookBack(() => past)).rejects.toMatchObject({
      code: 'smartmodule/look-back-failed',
      context: { offset: 21n, key: new TextEncoder().encode('k'), value: new TextEncoder().encode('x') },
    });
  });
});

describe('chains', () => {
  test('feed one module with what the one before made', async () => {
    const chain = await startChain([
      module('filter-contains', { params: new Map([['needle', 'a']]) }),
      module('map-upper'),
      module('map-stamp'),
    ]);
    const block = recordBlock(['apple', 'dog', 'grape'], { baseOffset: 3n, timestampMs: 1_700_000_000_000 });
    expect(texts(chain.process(block).records)).toEqual(['3 1700000000000 APPLE', '5 1700000000000 GRAPE']);
  });

  test('of nothing give back what they got', async () => {
    const chain = await startChain([]);
    expect(texts(chain.process(recordBlock(['a'])).records)).toEqual(['a']);
  });

  test('pass a block that an earlier module emptied', async () => {
    const chain = await startChain([module('filter-contains', { params: { needle: 'a' } }), module('aggregate-count')]);
    expect(chain.process(recordBlock(['b'])).records.length).toBe(0);
    expect(texts(chain.process(recordBlock(['a'])).records)).toEqual(['{"bytes":1,"count":1}']);
  });

  test('give what came before a refused record, through the whole chain', async () => {
    const chain = await startChain([module('filter-odd-fail'), module('map-stamp')]);
    const block = recordBlock(['1', '2', '3', { key: 'k', value: 'four' }, '5'], {
      baseOffset: 10n,
      timestampMs: 1e12,
    });
    const { records, error } = chain.process(block);
    expect(texts(records)).toEqual(['10 1000000000000 1', '12 1000000000000 3']);
    expect(error).toMatchObject({
      code: 'smartmodule/record-failed',
      context: {
        module: 'filter-odd-fail',
        position: 0,
        kind: 'filter',
        offset: 13n,
        key: new TextEncoder().encode('k'),
        value: new TextEncoder().encode('four'),
      },
    });
    expect(error?.context.hint).toContain('invalid digit');
    expect(texts(chain.process(recordBlock(['7'])).records)).toHaveLength(1);
  });

  test('tell the error that is furthest to the front', async () => {
    const chain = await startChain([module('filter-odd-fail'), module('map-key-swap'), module('filter-odd-fail')]);
    // The first module refuses the third record; the last one refuses what became of the first.
    const { records, error } = chain.process(recordBlock([{ key: 'x', value: '1' }, '3', 'three']));
    expect(records.length).toBe(0);
    expect(error?.context).toMatchObject({ position: 2, offset: 0n });
  });

  test('take nothing once they are closed', async () => {
    const chain = await startChain([module('map-upper')]);
    await chain.close();
    await chain.close();
    expect(() => chain.process(recordBlock(['a']))).toThrow(expect.objectContaining({ code: 'smartmodule/closed' }));
    await expect(chain.lookBack(() => undefined)).resolves.toBeUndefined();
  });
});

describe('what goes wrong', () => {
  test('init without its parameter', async () => {
    await expect(startChain([module('filter-contains')])).rejects.toMatchObject({
      code: 'smartmodule/init-failed',
      context: { module: 'filter-contains', status: -2, hint: expect.stringMatching(/needle/) },
    });
  });

  test('a panic ends the module, and says why', async () => {
    const chain = await startChain([module('trap')]);
    expect(texts(chain.process(recordBlock(['a'])).records)).toEqual(['a']);
    const boom = (): unknown => chain.process(recordBlock(['boom']));
    expect(boom).toThrow(expect.objectContaining({ code: 'smartmodule/trap' }));
    try {
      chain.process(recordBlock(['a']));
      expect.fail('a dead module answered');
    } catch (error) {
      if (!isFluvioError(error, 'smartmodule/trap')) throw error;
      expect(error.context.output).toMatch(/panicked at .*told to/s);
      expect(error.context.reason).toBe('unreachable');
    }
  });

  test('a hunger for memory ends at the limit', async () => {
    const limitBytes = 100 << 20;
    const chain = await startChain([module('hungry')], { memoryLimitBytes: limitBytes });
    let served = 0;
    const eat = (): void => {
      for (; served < 20; served++) chain.process(recordBlock(['more']));
    };
    expect(eat).toThrow(expect.objectContaining({ code: 'smartmodule/memory-limit' }));
    expect(served).toBe(6);
    expect(chain.memoryBytes).toBeLessThanOrEqual(limitBytes);
    try {
      eat();
    } catch (error) {
      if (!isFluvioError(error, 'smartmodule/memory-limit')) throw error;
      expect(error.context.limitBytes).toBe(limitBytes);
      expect(error.context.requestedBytes).toBeGreaterThan(limitBytes);
    }
  });

  test('a module that begins above the limit does not start', async () => {
    await expect(startChain([module('map-upper')], { memoryLimitBytes: 65_536 })).rejects.toMatchObject({
      code: 'smartmodule/memory-limit',
      context: { limitBytes: 65_536 },
    });
  });
});

test('memory stays the same over 5,000 calls', async () => {
  const chain = await startChain([module('map-upper'), module('aggregate-count')]);
  const block = recordBlock(Array.from({ length: 20 }, () => 'x'.repeat(100)));
  for (let i = 0; i < 50; i++) chain.process(block);
  const { memoryBytes } = chain;
  for (let i = 0; i < 5000; i++) chain.process(block);
  expect(chain.memoryBytes).toBe(memoryBytes);
});
