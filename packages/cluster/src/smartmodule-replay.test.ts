/**
 * What a real cluster answered where SmartModules were in the way, put to this one: the same answers, but for times of
 * records (the real one loses them), the texts of its libraries, and what is listed here.
 */
import type { Address, ErrorCode, RecordBlock, StreamFetchResponse } from '@fluvio-ts/protocol';
import { parseAddress, readBatches } from '@fluvio-ts/protocol';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Cluster } from './cluster.ts';
import { startCluster } from './cluster.ts';
import { replay, vectorsAbsent } from './testing/vectors.ts';

let cluster: Cluster;
let where: Readonly<Record<'sc' | 'spu', Address>>;

beforeAll(async () => {
  cluster = await startCluster();
  where = { sc: parseAddress(cluster.endpoint), spu: cluster.spus[0]?.address ?? expect.fail() };
  // The official CLI stored the modules that later cases name.
  if (vectorsAbsent === undefined) await replay('sc-objects', 'cli:smartmodule-create', where);
});
afterAll(() => cluster?.stop());
beforeEach((context) => {
  if (vectorsAbsent !== undefined) context.skip(vectorsAbsent);
});

/** A stream's answer without times, and without checksums, which cover them. */
function seen(answer: unknown): unknown {
  const { partition, ...rest } = answer as StreamFetchResponse;
  const { records, errorCode, ...facts } = partition;
  return {
    ...rest,
    ...facts,
    errorCode: withoutForeignText(errorCode),
    records: readBatches(records).batches.map((batch) => ({
      baseOffset: batch.baseOffset,
      nextOffset: batch.nextOffset,
      codec: batch.codec,
      records: [...(batch.open() as RecordBlock)].map((record) => [record.keyText(), record.text()]),
    })),
  };
}

/** Without what the gzip of either side says, and how the real one's parser of WebAssembly text puts it. */
function withoutForeignText(error: ErrorCode): ErrorCode {
  if (error.kind === 'SmartModuleInvalid') return { ...error, error: '' };
  if (error.kind === 'SmartModuleChainInitError' && !error.message.includes('SmartModule Init Error')) {
    return { ...error, message: '' };
  }
  return error;
}

interface Differing {
  readonly ours: StreamFetchResponse;
  readonly real: StreamFetchResponse;
}

/** Compares every answer of a case; gives those that differ. */
async function differing(name: string): Promise<Differing[]> {
  const answers = (await replay('smartmodules', name, where)).filter(
    ({ api }) => api !== 'ApiVersions' && api !== 'List',
  );
  expect(answers.some(({ api }) => api === 'StreamFetch')).toBe(true);
  const different: Differing[] = [];
  for (const { api, ours, real } of answers) {
    if (api !== 'StreamFetch') expect(ours).toEqual(real);
    else if (JSON.stringify(seen(ours), simple) !== JSON.stringify(seen(real), simple)) {
      different.push({ ours, real } as Differing);
    }
  }
  return different;
}

const simple = (_: string, value: unknown): unknown =>
  typeof value === 'bigint' ? Number(value) : value instanceof Uint8Array ? [...value] : value;

it.each([
  'raw:sm-adhoc-filter',
  'raw:sm-map-and-chain',
  'raw:sm-params',
  'raw:sm-errors',
  'cli:smartmodule-consume',
  'cli:smartmodule-consume-disable-continuous',
  'cli:smartmodule-consume-errors',
  'cli:smartmodule-produce',
  'python:smartmodule-consume-predefined',
  'python:smartmodule-stored-without-gzip',
  'python:smartmodule-consume-chain',
  'python:smartmodule-params-missing',
  'python:smartmodule-not-found',
])('%s', async (name) => {
  expect(await differing(name)).toEqual([]);
});

it('goes on behind a refused record, where the real one goes on behind its batch', async () => {
  const [only, ...others] = await differing('raw:sm-runtime-error');
  expect(others).toEqual([]);
  expect(only?.real.partition.nextFilterOffset).toBe(8n);
  expect(only?.ours.partition).toMatchObject({
    nextFilterOffset: 7n,
    errorCode: { kind: 'SmartModuleRuntimeError', offset: 6n },
  });
});

it('does not assemble WebAssembly text, and says what does', async () => {
  const [only, ...others] = await differing('raw:sm-text-module');
  expect(others).toEqual([]);
  expect(only?.ours.partition.errorCode).toMatchObject({
    kind: 'SmartModuleChainInitError',
    message: expect.stringMatching(/wat2wasm/),
  });
});
