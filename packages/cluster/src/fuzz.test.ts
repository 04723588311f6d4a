/**
 * A hundred thousand damaged requests against a live SC and SPU: both stay up, others are served meanwhile, and memory does
 * not grow. Every request is known to have been read: an undamaged one follows it, and is answered, unless the server ends
 * the connection.
 */
import { createConnection } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Address, Api } from '@fluvio-ts/protocol';
import {
  Create,
  Delete,
  DeleteConsumerOffset,
  encodeRequest,
  Fetch,
  FetchConsumerOffsets,
  FetchOffsets,
  frameSplitter,
  List,
  Produce,
  parseAddress,
  ScApiVersions,
  SpuApiVersions,
  StreamFetch,
  Update,
  UpdateConsumerOffset,
  UpdateOffsets,
  Watch,
} from '@fluvio-ts/protocol';
import { expect, it } from 'vitest';
import { startCluster } from './cluster.ts';
import { batchOf } from './testing/batches.ts';
import {
  computed,
  connectSc,
  connectSpu,
  createTopic,
  produceRequest,
  produceTo,
  streamRequest,
} from './testing/clients.ts';
import { damaged, dice, keptRequests } from './testing/damage.ts';

/** Of both servers together. */
const REQUESTS = 100_000;
const SEED = 20_261_124;
/** To each server, at a time. */
const CONNECTIONS = 8;

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

const memory = (): number => {
  collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
};

const request = <Q>(api: Api<Q, unknown>, version: number, body: Q): Uint8Array =>
  encodeRequest(api, version, 1, 'fuzz', body).slice(4);

const query = { nameFilters: ['f'], summary: false, system: false };
const replica = { topic: 'fuzzed', partition: 0 };

/** Undamaged requests, of every API that the servers have. */
const undamaged: Readonly<Record<'sc' | 'spu', readonly Uint8Array[]>> = {
  sc: [
    ...[19, 15, 10].map((version) =>
      request(Create, version, {
        label: 'Topic',
        body: { name: 'fuzzed-too', dryRun: true, timeout: undefined, spec: computed(3) },
      }),
    ),
    request(Create, 19, {
      label: 'TableFormat',
      body: {
        name: 'shape',
        dryRun: false,
        timeout: undefined,
        spec: { name: 'shape', inputFormat: 'JSON', columns: undefined, smartmodule: undefined },
      },
    }),
    request(Delete, 19, { label: 'Topic', body: { key: 'no-such-topic', force: true } }),
    request(Delete, 19, { label: 'CustomSpu', body: { key: { kind: 'id', id: 7 }, force: false } }),
    request(Update, 19, { label: 'Topic', body: { key: 'fuzzed', action: { kind: 'addPartition', count: 1 } } }),
    ...(['Topic', 'Partition', 'SPU', 'CustomSpu', 'SpuGroup', 'SmartModule', 'TableFormat', 'Mirror'] as const).map(
      (label) => request(List, 19, { label, body: query }),
    ),
    ...(['Topic', 'Partition', 'SPU'] as const).map((label) =>
      request(Watch, 19, { label, body: { epoch: 0n, summary: true } }),
    ),
  ],
  spu: [
    request(Produce, 25, produceRequest('fuzzed', 0, batchOf('one', 'two'), batchOf('three'))),
    request(Produce, 25, { ...produceRequest('fuzzed', 1, batchOf('committed')), isolation: 'read_committed' }),
    request(StreamFetch, 25, streamRequest('fuzzed', 0, 0)),
    request(StreamFetch, 15, streamRequest('fuzzed', 1, 0, { maxBytes: 10 })),
    request(Fetch, 25, {
      maxWaitMs: 0,
      minBytes: 0,
      maxBytes: 1000,
      isolation: 'read_committed',
      topics: [
        {
          name: 'fuzzed',
          partitions: [
            { partitionIndex: 0, currentLeaderEpoch: 0, fetchOffset: 0n, logStartOffset: 0n, maxBytes: 1000 },
          ],
        },
      ],
      forgotten: [],
    } as never),
    request(FetchOffsets, 25, {
      topics: [{ name: 'fuzzed', partitions: [{ partitionIndex: 0 }] }],
      consumerId: undefined,
    }),
    request(UpdateOffsets, 0, { offsets: [{ offset: 1n, sessionId: 1 }] }),
    request(UpdateConsumerOffset, 25, { offset: 1n, sessionId: 1 }),
    request(DeleteConsumerOffset, 25, { replicaId: replica, consumerId: 'c' }),
    request(FetchConsumerOffsets, 25, { filter: { replicaId: replica, consumerId: undefined } }),
  ],
};

/** Correlation ids of the undamaged followers; damaged requests have others, short of a most unlikely accident. */
const FOLLOWER = 0x5a00_0000;

/** Has a server read every frame. Resolves with how many connections it ended over them. */
async function feed(server: 'sc' | 'spu', address: Address, frames: Iterator<Uint8Array>): Promise<number> {
  const follower = server === 'sc' ? ScApiVersions : SpuApiVersions;
  const hello = { clientVersion: '0.50.0', clientOs: '', clientArch: '' };
  let ended = 0;
  const isOver = (): boolean => next.done === true;
  let next: IteratorResult<Uint8Array, unknown> = frames.next();
  while (next.done !== true) {
    const socket = createConnection({ ...address, noDelay: true });
    const splitter = frameSplitter();
    let sent = 0;
    // One after another: what a server said before it cut a connection may get lost.
    const send = (): void => {
      if (next.done === true) {
        socket.destroy();
        return;
      }
      socket.cork();
      socket.write(next.value);
      socket.write(encodeRequest(follower, 2, FOLLOWER + ++sent, 'fuzz', hello));
      socket.uncork();
    };
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      splitter.push(chunk, (frame) => {
        if (new DataView(frame.buffer, frame.byteOffset).getInt32(0) !== FOLLOWER + sent) return;
        next = frames.next();
        send();
      });
    });
    socket.once('connect', send);
    await new Promise<void>((resolve) => socket.once('close', () => resolve()));
    if (isOver()) break;
    ended++;
    next = frames.next();
  }
  return ended;
}

it('survives a hundred thousand damaged requests', { timeout: 240_000 }, async () => {
  await using cluster = await startCluster({
    topicWaitMs: 50,
    limits: { topics: 60, partitions: 400, waitingRequests: 16 },
  });
  const servers = { sc: parseAddress(cluster.endpoint), spu: cluster.spus[0]?.address ?? expect.fail() };
  const sc = await connectSc(cluster.endpoint);
  const spu = await connectSpu(cluster.spus[0] ?? expect.fail());
  for (const topic of ['victim', 'fuzzed']) await createTopic(sc, topic, computed(2));

  let read = 0;
  function* frames(server: 'sc' | 'spu', seed: number): Generator<Uint8Array, void> {
    const roll = dice(seed);
    const pick = (from: readonly Uint8Array[]): Uint8Array => from[roll(from.length)] ?? expect.fail();
    const good = undamaged[server];
    const kept = keptRequests(server);
    const all = [...good, ...kept];
    for (let i = 0; i < REQUESTS / 2 / CONNECTIONS; i++) {
      read++;
      yield damaged(pick(roll(5) === 0 ? kept : good), all, roll);
    }
  }
  const round = async (seed: number): Promise<number[]> =>
    Promise.all(
      (['sc', 'spu'] as const).flatMap((server, s) =>
        Array.from({ length: CONNECTIONS }, (_, i) => feed(server, servers[server], frames(server, seed + 10 * s + i))),
      ),
    );

  // Others are served meanwhile: records in order, and metadata.
  let busy = true;
  let served = 0;
  const serving = (async () => {
    while (busy) {
      const { error, baseOffset } = await produceTo(spu, 'victim', 1, batchOf(`record ${served}`));
      expect([error.kind, baseOffset]).toEqual(['None', served]);
      served++;
      const { body } = await sc.call(List, { label: 'Topic', body: { ...query, nameFilters: ['victim'] } });
      expect((body as readonly { readonly name: string }[]).map(({ name }) => name)).toContain('victim');
      await new Promise((resolve) => setImmediate(resolve));
    }
  })();
  const before = memory();
  const ended = await round(SEED);
  busy = false;
  await serving;

  expect(read).toBe(REQUESTS);
  expect(served).toBeGreaterThan(100);
  // Some of them are good enough to be answered, and some are not.
  for (const count of ended) expect(count).toBeGreaterThan(100);
  expect(memory() - before).toBeLessThan(48_000_000);
  expect((await createTopic(sc, 'after')).errorCode.kind).toMatch(/^(None|TopicError|TopicNotProvisioned)$/);
  sc.close();
  spu.close();
});
