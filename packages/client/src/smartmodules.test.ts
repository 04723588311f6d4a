import { gunzipSync, gzipSync } from 'node:zlib';
import { Produce, ProduceRequest, Reader, Writer } from '@fluvio-ts/protocol';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { SmartModuleUse } from './smartmodules.ts';
import { smartModuleChain } from './smartmodules.ts';

const module = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);

afterEach(() => {
  vi.unstubAllGlobals();
});

test('a stored module goes by its name, with what it is told', async () => {
  const chain = await smartModuleChain([
    { name: 'group/filter@0.1.0', params: { b: '2', a: '1' }, lookback: { last: 3 } },
    { name: 'sum', accumulator: '0' },
  ]);
  expect(chain).toEqual([
    {
      wasm: { kind: 'predefined', name: 'group/filter@0.1.0' },
      kind: { kind: 'generic', context: { kind: 'none' } },
      params: {
        params: new Map([
          ['b', '2'],
          ['a', '1'],
        ]),
        lookback: { last: 3n, age: undefined },
      },
      name: undefined,
    },
    {
      wasm: { kind: 'predefined', name: 'sum' },
      kind: { kind: 'generic', context: { kind: 'aggregate', accumulator: new TextEncoder().encode('0') } },
      params: { params: new Map(), lookback: undefined },
      name: undefined,
    },
  ]);
});

test('ages have the parts of a duration, and survive the wire', async () => {
  const [smartmodule] = await smartModuleChain([{ name: 'dedup', lookback: { ageMs: 61_500 } }]);
  if (smartmodule === undefined) throw new Error('nothing was made');
  expect(smartmodule.params.lookback).toEqual({ last: 0n, age: { seconds: 61n, nanos: 500_000_000 } });
  const request = {
    transactionalId: undefined,
    isolation: 'read_committed' as const,
    timeoutMs: 1,
    topics: [],
    smartmodules: [smartmodule],
  };
  const writer = new Writer();
  ProduceRequest.at(Produce.max).write(writer, request);
  expect(ProduceRequest.at(Produce.max).read(new Reader(writer.finish()))).toEqual(request);
});

describe('a module that is sent along', () => {
  const gzipped = async (...args: Parameters<typeof smartModuleChain>): Promise<Uint8Array> => {
    const [invocation] = await smartModuleChain(...args);
    if (invocation?.wasm.kind !== 'adHoc') throw new Error('it is not sent along');
    return invocation.wasm.gzippedWasm;
  };

  test('is compressed by the runtime, or by the codec that is there', async () => {
    expect(gunzipSync(await gzipped([{ wasm: module }]))).toEqual(Buffer.from(module));
    const gzip = { name: 'gzip' as const, compress: () => Uint8Array.of(7), decompress: (b: Uint8Array) => b };
    expect(await gzipped([{ wasm: module }], { gzip })).toEqual(Uint8Array.of(7));
  });

  test('is taken as it is when it is compressed', async () => {
    const bytes = new Uint8Array(gzipSync(module));
    expect(await gzipped([{ wasm: bytes, name: 'mine' }])).toBe(bytes);
  });

  test('needs something that can compress it', async () => {
    vi.stubGlobal('CompressionStream', undefined);
    await expect(gzipped([{ wasm: module }])).rejects.toMatchObject({
      code: 'option/invalid',
      message: expect.stringContaining('pass gzip of it'),
    });
  });
});

test.each([
  [{}, /neither a name nor wasm/],
  [{ name: '' }, /neither a name nor wasm/],
  [{ wasm: new Uint8Array(8) }, /neither a WebAssembly module/],
  [{ name: 'a', params: { count: 3 } }, /'count' that is no text/],
  [{ name: 'a', lookback: { last: -1 } }, /looks back on -1 records/],
  [{ name: 'a', lookback: { ageMs: Number.NaN } }, /looks back NaN ms/],
])('%j is refused, with its place', async (use, message) => {
  await expect(smartModuleChain([{ name: 'first' }, use as SmartModuleUse])).rejects.toMatchObject({
    code: 'option/invalid',
    context: { option: 'smartModules[1]' },
    message: expect.stringMatching(message),
  });
});
