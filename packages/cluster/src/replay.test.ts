/**
 * The questions that were put to a real cluster, put to this one: every file of captures, every case. The answers are the
 * same, apart from what is volatile (testing/comparable.ts) and what differs on purpose (testing/differences.ts).
 */
import { readFileSync } from 'node:fs';
import type { CreateRequest, DeleteRequest, FetchOffsetsResponse, Status } from '@fluvio-ts/protocol';
import { parseAddress } from '@fluvio-ts/protocol';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Cluster } from './cluster.ts';
import { startCluster } from './cluster.ts';
import { comparable } from './testing/comparable.ts';
import { atAnotherSpu, differences, notReplayed } from './testing/differences.ts';
import { casesOf, type ReplayOptions, replay, vectorsAbsent } from './testing/vectors.ts';

/** Every file of frames but `smartmodules`, which has a test of its own, and `failover`, in which processes were killed. The numbers are of the answers that are compared. */
const FILES: Readonly<Record<string, number>> = {
  'sc-apiversions': 2,
  'sc-objects': 62,
  'sc-protocol-errors': 7,
  'sc-topic-errors': 30,
  'sc-topic-lifecycle': 62,
  'sc-watch': 2,
  'spu-apiversions': 8,
  'spu-fetch': 15,
  'spu-produce': 115,
  'spu-produce-codecs': 58,
  'spu-produce-errors': 26,
  'spu-stream-fetch': 153,
  'spu-stream-fetch-limits': 130,
  'consumer-offsets': 103,
};

beforeEach((context) => {
  if (vectorsAbsent !== undefined) context.skip(vectorsAbsent);
});

const simple = (_: string, value: unknown): unknown =>
  typeof value === 'bigint' ? Number(value) : value instanceof Uint8Array ? `${value.length} bytes` : value;

const met = new Set<string>();

describe.each(Object.entries(FILES))('%s', (file, answers) => {
  let one: Cluster;
  let three: Cluster | undefined;
  const cases = vectorsAbsent === undefined ? casesOf(file) : ['every case'];
  const whole = cases.filter((name) => !(name in notReplayed) || notReplayed[name]?.apis !== undefined);
  const created = new Set<string>();
  let compared = 0;

  beforeAll(async () => {
    // So long that retention is looked after only when it is asked for.
    const options = { retentionCheckMs: 86_400_000, topicWaitMs: 1000 };
    one = await startCluster(options);
    if (cases.some((name) => name in atAnotherSpu)) three = await startCluster({ ...options, spus: 3 });
  });
  afterAll(() => Promise.all([one?.stop(), three?.stop()]));

  /** The real cluster looked after retention between two answers. */
  const beforeAnswer: ReplayOptions['beforeAnswer'] = async (api, real) => {
    if (api !== 'FetchOffsets') return;
    const start = (real as FetchOffsetsResponse).topics[0]?.partitions[0]?.startOffset ?? 0n;
    if (start > 0n && file === 'spu-stream-fetch-limits') await one.advanceClock(0);
  };

  /** Remembers which topics there are now. */
  const remember = (api: string, request: unknown, ours: unknown): void => {
    if (api === 'Create') {
      const { label, body } = request as CreateRequest;
      if (label === 'Topic' && !body.dryRun && (ours as Status).errorCode.kind === 'None') created.add(body.name);
    } else if (api === 'Delete') {
      const { label, body } = request as DeleteRequest;
      if (label === 'Topic') created.delete(body.key);
    }
  };

  it.each(whole)('%s', async (name) => {
    const not = notReplayed[name];
    const at = atAnotherSpu[name];
    const cluster = at === undefined ? one : (three ?? expect.fail());
    const spu = at === undefined ? cluster.spus[0] : cluster.spus.find(({ id }) => id === at);
    const where = { sc: parseAddress(cluster.endpoint), spu: spu?.address ?? expect.fail() };
    for (const answer of await replay(file, name, where, { beforeAnswer, leaveOut: not?.apis })) {
      const { api, request, ours } = answer;
      const pair = comparable(answer, created);
      remember(api, request, ours);
      if (pair === undefined) continue;
      compared++;
      try {
        expect(pair.ours, `${api} ${JSON.stringify(request, simple)}`).toEqual(pair.real);
      } catch (error) {
        const known = differences.find(({ explains }) => explains(answer));
        if (known === undefined) throw error;
        met.add(known.name);
      }
    }
  });

  it('is compared in full', () => {
    expect(compared).toBe(answers);
  });
});

describe('the cases that are left out', () => {
  it('are there', () => {
    const all = new Set([...Object.keys(FILES), 'failover'].flatMap(casesOf));
    expect(Object.keys({ ...notReplayed, ...atAnotherSpu }).filter((name) => !all.has(name))).toEqual([]);
  });
});

describe('the differences', () => {
  it('are all met in the captures, and all told to users', () => {
    const told = readFileSync(new URL('../DIFFERENCES.md', import.meta.url), 'utf8');
    for (const { name } of differences) {
      expect(met, name).toContain(name);
      expect(told, name).toContain(`**${name}`);
    }
  });
});
