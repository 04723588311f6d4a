/** The questions that were put to a real cluster, put to this one: the answers are the same, but for what is listed here. */
import type { Address, FetchResponse, ListResponse, ProduceResponse, Status } from '@fluvio-ts/protocol';
import { parseAddress } from '@fluvio-ts/protocol';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Cluster } from './cluster.ts';
import { startCluster } from './cluster.ts';
import type { Compared } from './testing/vectors.ts';
import { replay, vectorsAbsent } from './testing/vectors.ts';

type Where = Readonly<Record<'sc' | 'spu', Address>>;

/** Three SPUs, as the real cluster had; and one, so that every partition is where the requests go. */
let three: Cluster;
let one: Cluster;
const serversOf = (cluster: Cluster): Where => ({
  sc: parseAddress(cluster.endpoint),
  spu: cluster.spus[0]?.address ?? expect.fail(),
});

beforeAll(async () => {
  [three, one] = await Promise.all([startCluster({ spus: 3 }), startCluster()]);
});
afterAll(() => Promise.all([three?.stop(), one?.stop()]));

/** Whether an answer holds only what the case itself made, and not what else was in the cluster at that time. */
function comparable({ api, request }: Compared): boolean {
  if (api !== 'List') return api !== 'ApiVersions' && api !== 'Watch';
  const { label, body } = request as {
    readonly label: string;
    readonly body: { readonly nameFilters: readonly string[] };
  };
  return body.nameFilters.length > 0 && label !== 'Topic' && label !== 'Partition';
}

async function same(
  where: Where,
  file: string,
  name: string,
  differs: (answer: Compared) => boolean = () => false,
): Promise<Compared[]> {
  const answers = (await replay(file, name, where)).filter(comparable);
  expect(answers.length).toBeGreaterThan(0);
  const different = answers.filter(differs);
  for (const answer of answers) {
    if (!different.includes(answer)) expect(answer.ours, JSON.stringify(answer.request, simple)).toEqual(answer.real);
  }
  return different;
}

const producedIn = (response: unknown): ProduceResponse['responses'][number]['partitions'][number] =>
  (response as ProduceResponse).responses[0]?.partitions[0] ?? expect.fail();

const simple = (_: string, value: unknown): unknown =>
  typeof value === 'bigint' ? Number(value) : value instanceof Uint8Array ? `${value.length} bytes` : value;

beforeEach((context) => {
  if (vectorsAbsent !== undefined) context.skip(vectorsAbsent);
});

describe('SC', () => {
  it.each([
    ['sc-topic-lifecycle', 'raw:sc-topic-create-and-get'],
    ['sc-topic-lifecycle', 'raw:sc-topic-dry-run'],
    ['sc-topic-lifecycle', 'raw:sc-topic-delete'],
    ['sc-topic-lifecycle', 'raw:sc-topic-update'],
    ['sc-protocol-errors', 'raw:sc-unknown-label-create-delete-update'],
    ['sc-watch', 'raw:sc-watch-custom-spu-seen'],
    ['sc-objects', 'raw:sc-custom-spu'],
    ['sc-objects', 'raw:sc-tableformat'],
    ['sc-objects', 'raw:sc-smartmodule'],
    ['sc-objects', 'raw:sc-spugroup'],
    ['sc-objects', 'cli:smartmodule-create'],
    ['sc-objects', 'cli:table-format'],
    ['sc-objects', 'python:smartmodule-create-list-delete'],
  ])('%s: %s', async (file, name) => {
    await same(serversOf(three), file, name);
  });

  it('keeps mirrors, and refuses topics that would be mirrored', async () => {
    const ofTopic = await same(serversOf(three), 'sc-objects', 'raw:sc-mirror', ({ request }) =>
      JSON.stringify(request, simple).includes('-mir"'),
    );
    for (const { api, ours } of ofTopic) {
      const { errorCode } = api === 'Produce' ? producedIn(ours) : (ours as Status);
      expect(errorCode.kind).not.toBe('None');
    }
    expect(ofTopic.map(({ api }) => api)).toContain('Create');
  });

  it('refuses topics with the same codes and texts, in the same order', async () => {
    const answers = await replay('sc-topic-errors', 'raw:sc-topic-create-errors', serversOf(three));
    const creates = answers.filter(({ api }) => api === 'Create');
    expect(creates.length).toBeGreaterThan(20);
    for (const { ours, real } of creates) expect(ours).toEqual(real);
  });

  it('says the same of itself', async () => {
    const [answer] = await replay('sc-apiversions', 'raw:sc-apiversions', serversOf(three));
    expect({ ...(answer?.ours as object), platformVersion: '' }).toEqual({
      ...(answer?.real as object),
      platformVersion: '',
    });
  });

  it('finds topics by any part of their names', async () => {
    const answers = await replay('sc-topic-lifecycle', 'raw:sc-topic-filters', serversOf(three));
    const names = (response: unknown): string[] =>
      (response as ListResponse<'Topic'>).body.map(({ name }) => name).sort();
    const lists = answers.filter(({ api, request }) => {
      const { label, body } = request as { label: string; body: { nameFilters: readonly string[] } };
      return api === 'List' && label === 'Topic' && body.nameFilters.length > 0;
    });
    expect(lists.length).toBeGreaterThan(2);
    for (const { ours, real } of lists) expect(names(ours)).toEqual(names(real));
  });
});

describe('SPU', () => {
  it.each([
    ['spu-produce', 'raw:spu-produce-several-entries'],
    ['spu-produce', 'raw:spu-produce-version-gates'],
    ['spu-produce-codecs', 'raw:spu-produce-none'],
    ['spu-produce-codecs', 'raw:spu-produce-gzip'],
    ['spu-produce-codecs', 'raw:spu-produce-snappy'],
    ['spu-produce-codecs', 'raw:spu-produce-lz4'],
    ['spu-produce-codecs', 'raw:spu-produce-zstd'],
    ['spu-produce-errors', 'raw:spu-produce-too-large-for-segment'],
    ['spu-produce-errors', 'raw:spu-produce-codec-refused'],
    ['spu-produce-errors', 'raw:spu-produce-unknown-codec'],
    ['spu-stream-fetch', 'raw:spu-stream-basic'],
    ['spu-stream-fetch', 'raw:spu-stream-two-streams'],
    ['spu-stream-fetch', 'raw:spu-stream-mid-batch-offset'],
    ['spu-stream-fetch', 'raw:spu-stream-segments'],
    ['spu-stream-fetch-limits', 'raw:spu-stream-offset-too-large'],
    ['spu-stream-fetch-limits', 'raw:spu-stream-unknown-topic'],
    ['spu-stream-fetch-limits', 'raw:spu-stream-topic-deleted'],
  ])('%s: %s', async (file, name) => {
    await same(serversOf(one), file, name);
  });

  it('says the same of itself, and caps streams for clients without a version', async () => {
    const answers = await replay('spu-apiversions', 'raw:spu-apiversions', serversOf(one));
    const spu = answers.filter(({ ours }) => (ours as { platformVersion: string }).platformVersion === '0.0.0');
    expect(spu.length).toBeGreaterThan(1);
    for (const { ours, real } of spu) expect(ours).toEqual(real);
  });

  it('fetches the same, but whole batches only', async () => {
    const [cut] = await same(
      serversOf(one),
      'spu-fetch',
      'raw:spu-fetch',
      ({ request }) => (request as { maxBytes?: number }).maxBytes === 100,
    );
    const records = (response: unknown): Uint8Array | undefined =>
      (response as FetchResponse).topics[0]?.partitions[0]?.records;
    expect(records(cut?.real)?.length).toBe(100);
    expect(records(cut?.ours)).toEqual(records(cut?.real)?.subarray(0, 73));
  });

  it('refuses an empty batch with the same code, and goes on where the real one stops', async () => {
    const different = await same(
      serversOf(one),
      'spu-produce-errors',
      'raw:spu-produce-empty-batch-short-circuits',
      ({ real }) => JSON.stringify(real, simple).includes('PartitionShortCircuited'),
    );
    expect(different.length).toBeGreaterThan(0);
    for (const { ours } of different) {
      expect((ours as ProduceResponse).responses[0]?.partitions[0]?.errorCode.kind).toBe('None');
    }
  });
});
