/** Errors as clients are told of them, and modules as requests name them. */
import { gunzipSync } from 'node:zlib';
import { ErrorCode, Reader, type SmartModuleInvocation, Writer } from '@fluvio-ts/protocol';
import { expect, test } from 'vitest';
import { startChain } from './chain.ts';
import { toErrorCode } from './error-code.ts';
import { type SmartModuleCodes, smartModuleError } from './errors.ts';
import { deduplicationInvocation, resolveInvocations } from './invocations.ts';
import { recordBlock } from './record-block.ts';
import { gzippedModule, texts } from './testing/modules.ts';

const value = new TextEncoder().encode('v');
const codes: { readonly [Code in keyof SmartModuleCodes]: readonly [SmartModuleCodes[Code], ErrorCode] } = {
  'smartmodule/not-found': [{ module: 'm' }, { kind: 'SmartModuleNotFound', name: 'm' }],
  'smartmodule/not-gzip': [
    { module: 'm', reason: 'incorrect header' },
    { kind: 'SmartModuleInvalid', error: 'incorrect header', name: undefined },
  ],
  'smartmodule/invalid': [
    { module: 'm', reason: 'no' },
    { kind: 'SmartModuleChainInitError', message: "'m' is no SmartModule: no" },
  ],
  'smartmodule/init-failed': [
    { module: 'm', hint: 'param needle missing', status: -2 },
    { kind: 'SmartModuleChainInitError', message: 'param needle missing\n\nSmartModule Init Error: \n' },
  ],
  'smartmodule/look-back-failed': [
    { module: 'm', hint: 'no', offset: 5n, key: null, value: new Uint8Array([0xff]) },
    {
      kind: 'SmartModuleLookBackError',
      message: 'no\n\nSmartModule Lookback Error: \n    Offset: 5\n    Key: NULL\n    Value: Binary: 1 bytes',
    },
  ],
  'smartmodule/record-failed': [
    { module: 'm', position: 0, kind: 'array_map', hint: 'no', offset: 6n, key: value, value },
    {
      kind: 'SmartModuleRuntimeError',
      hint: 'no',
      offset: 6n,
      smartModuleKind: 'ArrayMap',
      recordKey: value,
      recordValue: value,
    },
  ],
  'smartmodule/memory-limit': [
    { module: 'm', requestedBytes: 10, limitBytes: 9 },
    { kind: 'SmartModuleMemoryLimitExceeded', requested: 10n, max: 9n },
  ],
  'smartmodule/call-failed': [
    { module: 'm', call: 'map', status: -1, meaning: 'x' },
    { kind: 'Other', message: "SmartModule err map of SmartModule 'm' answered status -1: x" },
  ],
  'smartmodule/trap': [
    { module: 'm', call: 'map', reason: 'unreachable', output: 'panicked' },
    { kind: 'Other', message: "SmartModule err map of SmartModule 'm' trapped (unreachable): panicked" },
  ],
  'smartmodule/invalid-output': [
    { module: 'm', call: 'map', reason: 'x' },
    { kind: 'Other', message: "SmartModule err map of SmartModule 'm' answered with bytes that cannot be read: x" },
  ],
  'smartmodule/timeout': [
    { chain: 'm', call: 'process', limitMs: 5 },
    {
      kind: 'Other',
      message: 'SmartModule err process of the SmartModule chain m took longer than 5 ms and was stopped',
    },
  ],
  'smartmodule/worker-lost': [
    { chain: 'm', reason: 'x' },
    { kind: 'Other', message: 'SmartModule err the worker of the SmartModule chain m ended: x' },
  ],
  'smartmodule/aborted': [
    { chain: 'm', call: 'process' },
    { kind: 'Other', message: 'SmartModule err process of the SmartModule chain m was aborted' },
  ],
  'smartmodule/too-many-chains': [
    { chain: 'm', limit: 3 },
    {
      kind: 'Other',
      message:
        'SmartModule err the SmartModule chain m cannot start: 3 run already, and no more may; end a stream that uses one',
    },
  ],
  'smartmodule/closed': [
    { chain: 'm' },
    { kind: 'Other', message: 'SmartModule err the SmartModule chain m is closed' },
  ],
};

test.each(Object.keys(codes) as (keyof SmartModuleCodes)[])('%s', (code) => {
  const [context, expected] = codes[code];
  const told = toErrorCode(smartModuleError(code, context), 'consume');
  expect(told).toEqual(expected);
  const writer = new Writer();
  ErrorCode.at(25).write(writer, told);
  expect(ErrorCode.at(25).read(new Reader(writer.finish()))).toEqual(expected);
});

test('produce begins its texts otherwise', () => {
  expect(toErrorCode(smartModuleError('smartmodule/closed', { chain: 'm' }), 'produce')).toEqual({
    kind: 'Other',
    message: 'smartmodule chain failed: the SmartModule chain m is closed',
  });
});

test('texts fit the wire, whatever a module says', () => {
  const hint = '😀'.repeat(20_000);
  const told = toErrorCode(smartModuleError('smartmodule/init-failed', { module: 'm', hint, status: -2 }), 'consume');
  const writer = new Writer();
  ErrorCode.at(25).write(writer, told);
  expect(ErrorCode.at(25).read(new Reader(writer.finish()))).toEqual(told);
});

const gunzip = (bytes: Uint8Array): Uint8Array => new Uint8Array(gunzipSync(bytes));
const invocation = (facts: Partial<SmartModuleInvocation>): SmartModuleInvocation => ({
  wasm: { kind: 'predefined', name: 'group/count@1.0.0' },
  kind: { kind: 'generic', context: { kind: 'none' } },
  params: { params: new Map(), lookback: undefined },
  name: undefined,
  ...facts,
});

test('invocations become modules, by name or with their bytes', async () => {
  const accumulator = new TextEncoder().encode('{"count":5}');
  const asked: string[] = [];
  const modules = await resolveInvocations(
    [
      invocation({
        wasm: { kind: 'adHoc', gzippedWasm: gzippedModule('filter-contains') },
        params: { params: new Map([['needle', 'a']]), lookback: undefined },
        name: 'mine',
      }),
      invocation({ kind: { kind: 'generic', context: { kind: 'aggregate', accumulator } } }),
      invocation({ kind: { kind: 'aggregate', accumulator } }),
    ],
    {
      gunzip,
      find: (name) => {
        asked.push(name);
        return gzippedModule('aggregate-count');
      },
    },
  );
  expect(asked).toEqual(['group/count@1.0.0', 'group/count@1.0.0']);
  expect(modules.map(({ name }) => name)).toEqual(['mine', 'group/count@1.0.0', 'group/count@1.0.0']);
  const chain = await startChain(modules);
  expect(texts(chain.process(recordBlock(['a', 'b'])).records).map((t) => JSON.parse(t).count)).toEqual([6]);
});

test('what cannot be found or decompressed', async () => {
  const find = (): undefined => undefined;
  await expect(resolveInvocations([invocation({})], { find, gunzip })).rejects.toMatchObject({
    code: 'smartmodule/not-found',
    context: { module: 'group/count@1.0.0' },
  });
  const wasm = { kind: 'adHoc', gzippedWasm: new Uint8Array([1, 2, 3]) } as const;
  await expect(resolveInvocations([invocation({ wasm })], { find, gunzip })).rejects.toMatchObject({
    code: 'smartmodule/not-gzip',
    context: { module: '#1' },
  });
});

test('deduplication is a filter that looks back on its bounds', () => {
  const age = { seconds: 3n, nanos: 500_000_000 };
  const made = deduplicationInvocation({
    bounds: { count: 7n, age },
    filter: { transform: { uses: 'dedup@0.1.0', with: new Map([['by', 'key']]) } },
  });
  expect(made).toEqual({
    wasm: { kind: 'predefined', name: 'dedup@0.1.0' },
    kind: { kind: 'filter' },
    params: {
      params: new Map([
        ['count', '7'],
        ['age', '3500'],
        ['by', 'key'],
      ]),
      lookback: { last: 7n, age },
    },
    name: undefined,
  });
});
