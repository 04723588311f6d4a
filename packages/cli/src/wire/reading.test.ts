import { codecs } from '@fluvio-ts/compression';
import { BatchBuilder, encodeRequest, encodeResponse, List, scApis, spuApis } from '@fluvio-ts/protocol';
import { expect, test } from 'vitest';
import { apiNamed, reader } from './reading.ts';

const { FetchOffsets } = spuApis;
const offsetsRequest = encodeRequest(FetchOffsets, 25, 7, 'me', {
  topics: [{ name: 'orders', partitions: [{ partitionIndex: 3 }] }],
  consumerId: undefined,
}).subarray(4);
const offsetsAnswer = encodeResponse(FetchOffsets, 25, 7, { topics: [] }).subarray(4);

test('a request names itself, and the answer behind it is read by it', () => {
  const read = reader({});
  expect(read({ frame: offsetsRequest }).description).toMatchObject({
    server: 'spu',
    api: 'FetchOffsets',
    version: 25,
  });
  expect(read({ frame: offsetsAnswer }).description).toMatchObject({ direction: 'response', api: 'FetchOffsets' });
});

test('an answer of which nothing is known is told with all that it may be', () => {
  const { description, others } = reader({})({ frame: offsetsAnswer });
  expect(description).toMatchObject({ direction: 'response' });
  const apis = [description, ...others].map(({ api }) => api);
  expect(apis.length).toBeGreaterThan(1);
});

test('what the user says wins over what the file says', () => {
  const read = reader({ server: 'sc', direction: 'response', api: { key: List.key, version: 19 } });
  const frame = encodeResponse(List, 19, 3, { label: 'SmartModule', body: [] }).subarray(4);
  const { description, others } = read({ frame, server: 'spu', direction: 'request' });
  expect(description).toMatchObject({ api: 'List', version: 19, message: { label: 'SmartModule' } });
  expect(others).toEqual([]);
});

test('without a version, an API is read at the newest one that fits', () => {
  const known = { server: 'sc', direction: 'response', api: { key: List.key, version: undefined } } as const;
  const frame = encodeResponse(List, 10, 3, { label: 'SPU', body: [] }).subarray(4);
  expect(reader(known)({ frame }).description.error).toMatchObject({ code: 'wire/truncated' });
  const newer = encodeResponse(List, 15, 3, { label: 'SPU', body: [] }).subarray(4);
  expect(reader(known)({ frame: newer }).description).toMatchObject({ version: 19, message: { label: 'SPU' } });
});

test('a frame that is cut is read to where it is, and its length is no part of it', () => {
  const whole = encodeRequest(FetchOffsets, 25, 7, 'me', {
    topics: [{ name: 'orders', partitions: [{ partitionIndex: 3 }] }],
    consumerId: undefined,
  });
  const { description, cutFrom } = reader({ server: 'spu' })({ frame: whole.subarray(0, -6) });
  expect(cutFrom).toBe(whole.length - 4);
  expect(description).toMatchObject({
    api: 'FetchOffsets',
    error: { code: 'wire/truncated', message: expect.stringContaining(`ends at byte ${whole.length - 10}`) },
  });
});

test('a request that no server understands is told as that of each server that could be meant', () => {
  const { description, others } = reader({})({ frame: offsetsRequest.subarray(0, -9) });
  expect([description, ...others].map(({ server, api }) => `${server} ${api}`)).toEqual([
    'sc Delete',
    'spu FetchOffsets',
  ]);
  expect(reader({})({ frame: Uint8Array.of(1) }).description.error?.code).toBe('wire/truncated');
});

test('APIs have names and numbers', () => {
  expect(apiNamed('watch', undefined)).toEqual({ key: scApis.Watch.key, server: 'sc' });
  expect(apiNamed('1002', 'spu')).toEqual({ key: FetchOffsets.key, server: 'spu' });
  expect(() => apiNamed('Wach', 'sc')).toThrow("no API is called 'Wach'");
});

test.each(Object.values(codecs()))('a batch that $name compressed is opened', async (codec) => {
  const builder = new BatchBuilder({ firstTimestampMs: 5000 });
  builder.add('k', 'packed', 5000);
  const frame = encodeRequest(spuApis.Produce, 25, 1, 'me', {
    transactionalId: undefined,
    isolation: 'read_committed',
    timeoutMs: 1,
    topics: [{ name: 't', partitions: [{ partitionIndex: 0, records: await builder.finish(codec) }] }],
    smartmodules: [],
  }).subarray(4);
  const { message } = reader({})({ frame }).description;
  const records = { batches: [{ codec: codec.name, records: [{ key: 'k', value: 'packed' }] }] };
  expect(message).toMatchObject({ topics: [{ partitions: [{ records }] }] });
});
