/** Modules that are none, or that do what no SDK would: each gives an error that says so, and nothing else happens. */
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { startChain } from './chain.ts';
import { recordBlock } from './record-block.ts';
import { module } from './testing/modules.ts';
import { type TinyModule, tinyModule } from './testing/tiny-module.ts';

const start = (wasm: Uint8Array) => startChain([{ wasm, name: 'tiny' }]);
const call = async (how: TinyModule) => (await start(tinyModule(how))).process(recordBlock(['a']));
const record = [0x0e, 0, 0, 0, 0, 0x02, 0x61, 0];

test('a tiny module works at all', async () => {
  expect((await call({})).records.length).toBe(0);
  const { records } = await call({ data: [0, 0, 0, 1, ...record, 0] });
  expect([...records].map((r) => r.text())).toEqual(['a']);
});

describe('not a SmartModule', () => {
  test.each<[string, Uint8Array, RegExp]>([
    ['nothing', new Uint8Array(0), /it is not WebAssembly/],
    ['text', new TextEncoder().encode('hello'), /it is not WebAssembly/],
    ['WebAssembly text', new TextEncoder().encode(';; a comment\n(module)'), /wat2wasm/],
    ['gzip', new Uint8Array(gzipSync(tinyModule())), /decompress it first/],
    ['a bare module', new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]), /imports no copy_records/],
    ['half a module', tinyModule().subarray(0, 60), /does not compile/],
    ['a damaged module', tinyModule().fill(0xff, 30, 50), /does not compile/],
    ['without an import', tinyModule({ imports: [] }), /does not compile|imports no copy_records/],
    [
      'a foreign import',
      tinyModule({
        imports: [
          ['env', 'copy_records'],
          ['env', 'fetch'],
        ],
      }),
      /env\.fetch/,
    ],
    ['no transform', tinyModule({ transform: 'join' }), /filter, map, filter_map, array_map, aggregate/],
    ['a 64-bit memory', tinyModule({ wide: true }), /does not compile|no plain 32-bit memory/],
  ])('%s', async (_, wasm, reason) => {
    await expect(start(wasm)).rejects.toMatchObject({
      code: 'smartmodule/invalid',
      context: { module: 'tiny', reason: expect.stringMatching(reason) },
    });
  });

  test('every truncation of a real one', async () => {
    const { wasm } = module('trap');
    for (const size of [8, 9, 20, 100, 1_000, 10_000, wasm.length - 1]) {
      await expect(start(wasm.subarray(0, size))).rejects.toMatchObject({ code: 'smartmodule/invalid' });
    }
  });
});

describe('output', () => {
  test.each<[string, TinyModule]>([
    ['none', { announces: undefined }],
    ['beyond the memory', { announces: { at: 65_530, size: 100 } }],
    ['of a negative size', { announces: { at: 1024, size: -1 } }],
    ['cut short', { data: [0, 0, 0] }],
    ['with more records than bytes', { data: [0x7f, 0xff, 0xff, 0xff, ...record, 0] }],
    ['with a record that is longer than it', { data: [0, 0, 0, 1, 0x7e, 0, 0] }],
    ['with a record of no length', { data: [0, 0, 0, 1, 0, 0] }],
    ['with a record that is no record', { data: [0, 0, 0, 1, 0x0e, 9, 9, 9, 9, 9, 9, 9, 0] }],
    ['without its tail', { data: [0, 0, 0, 1, ...record] }],
    ['with half an error', { data: [0, 0, 0, 0, 1, 0, 5] }],
  ])('%s', async (_, how) => {
    await expect(call(how)).rejects.toMatchObject({
      code: 'smartmodule/invalid-output',
      context: { module: 'tiny', call: 'filter' },
    });
  });
});

test('a status below 0 is an error that says what it means', async () => {
  await expect(call({ status: -22 })).rejects.toMatchObject({
    code: 'smartmodule/call-failed',
    context: { status: -22, meaning: 'it could not read the records' },
  });
  await expect(call({ status: -7 })).rejects.toMatchObject({ context: { status: -7 } });
});

test('room that is not there', async () => {
  await expect(call({ allocAt: 65_536 })).rejects.toMatchObject({
    code: 'smartmodule/trap',
    context: { call: 'alloc' },
  });
  await expect(call({ allocAt: -5 })).rejects.toMatchObject({ code: 'smartmodule/trap' });
});

test('imports of any module name will do', async () => {
  const { records } = await call({ imports: [['wherever', 'copy_records']] });
  expect(records.length).toBe(0);
});

test('a memory beyond the limit', async () => {
  const wasm = tinyModule({ pages: 20 });
  await expect(startChain([{ wasm }], { memoryLimitBytes: 19 * 65_536 })).rejects.toMatchObject({
    code: 'smartmodule/memory-limit',
    context: { module: '#1', requestedBytes: 20 * 65_536, limitBytes: 19 * 65_536 },
  });
  await expect(startChain([{ wasm }], { memoryLimitBytes: 20 * 65_536 })).resolves.toBeDefined();
});
