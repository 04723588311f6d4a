/** What no client sends: it ends its own connection at most, and the servers go on for the others. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Address, Api } from '@fluvio-ts/protocol';
import {
  Create,
  decodeResponse,
  encodeRequest,
  Fetch,
  List,
  Produce,
  parseAddress,
  ScApiVersions,
  StreamFetch,
  UpdateOffsets,
  Watch,
} from '@fluvio-ts/protocol';
import type { Session } from '@fluvio-ts/protocol/internal';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Cluster } from './cluster.ts';
import { startCluster } from './cluster.ts';
import { silent } from './logger.ts';
import { settingsOf } from './options.ts';
import { RegisterSpu, ReportReplicas } from './private/messages.ts';
import { startSc } from './sc/sc.ts';
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
import type { Connection } from './testing/vectors.ts';
import { connect } from './testing/vectors.ts';

let cluster: Cluster;
let sc: Session;
let spu: Session;
let servers: Readonly<Record<'sc' | 'spu', Address>>;

beforeAll(async () => {
  cluster = await startCluster({ limits: { connections: 40 } });
  servers = { sc: parseAddress(cluster.endpoint), spu: cluster.spus[0]?.address ?? expect.fail() };
  sc = await connectSc(cluster.endpoint);
  spu = await connectSpu(cluster.spus[0] ?? expect.fail());
  await createTopic(sc, 'victim', computed(2));
});
afterAll(() => cluster?.stop());

/** Both servers still serve those who were there before. */
async function expectService(): Promise<void> {
  expect((await produceTo(spu, 'victim', 1, batchOf('still here'))).error.kind).toBe('None');
  expect(
    (await sc.call(List, { label: 'SPU', body: { nameFilters: [], summary: false, system: false } })).body.length,
  ).toBe(1);
}

const bytes = (...parts: readonly number[]): Uint8Array => Uint8Array.from(parts);
const frame = (...body: readonly number[]): Uint8Array => bytes(0, 0, 0, body.length, ...body);

describe.each(['sc', 'spu'] as const)('%s', (server) => {
  it.each([
    ['a length below zero', bytes(0xff, 0xff, 0xff, 0xfe)],
    ['a length of three', bytes(0, 0, 0, 3, 1, 2, 3)],
    ['a length of two gigabytes', bytes(0x7f, 0xff, 0xff, 0xff, 1)],
    ['a TLS greeting', bytes(0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc, 0x03, 0x03)],
    ['an HTTP request', new TextEncoder().encode('GET / HTTP/1.1\r\nHost: x\r\n\r\n')],
    ['a header that is cut', frame(0, 18, 0, 2)],
    ['an API that does not exist', frame(0x7f, 0xff, 0, 1, 0, 0, 0, 1, 0, 0)],
    ['a body that is cut', frame(0, 18, 0, 2, 0, 0, 0, 1, 0, 0, 0, 50)],
    ['a text that is not UTF-8', frame(0, 18, 0, 2, 0, 0, 0, 1, 0, 0, 0, 1, 0xff, 0, 0, 0, 0)],
  ])('ends the connection of %s', async (_, hostile) => {
    const connection = await connect(servers[server]);
    connection.send(hostile);
    await connection.ended;
    await expectService();
  });

  it('waits for the rest of a frame, and forgets it when the client goes', async () => {
    const connection = await connect(servers[server]);
    connection.send(bytes(0, 0, 16, 0, 1, 2, 3));
    await expectService();
    connection.close();
    await connection.ended;
  });

  it('accepts as many connections as it is told to', async () => {
    const connections: Connection[] = [];
    for (let i = 0; i < 60; i++) connections.push(await connect(servers[server]));
    const refused = connections.slice(45);
    await Promise.all(refused.map((connection) => connection.ended));
    await expectService();
    for (const connection of connections) connection.close();
    await Promise.all(connections.map((connection) => connection.ended));
  });
});

it('ends connections whose requests Fluvio ends as well', async () => {
  for (const version of ['', 'one', '1.2']) {
    const connection = await connect(servers.sc);
    connection.send(encodeRequest(ScApiVersions, 2, 1, 'x', { clientVersion: version, clientOs: '', clientArch: '' }));
    await connection.ended;
  }
  const late = await connect(servers.spu);
  const negative = encodeRequest(Produce, 25, 1, 'x', {
    ...produceRequest('victim', 0, batchOf('x')),
    timeoutMs: 0x0102_0304,
  });
  negative.set(
    [0xff, 0xff, 0xff, 0xff],
    negative.findIndex((_, i) => negative.subarray(i, i + 4).join() === '1,2,3,4'),
  );
  late.send(negative);
  await late.ended;
  await expectService();
});

/** A generator that gives the same numbers for the same seed. */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

it('survives thousands of damaged requests', async () => {
  const any = <Q>(api: Api<Q, unknown>, version: number, request: Q): Uint8Array =>
    encodeRequest(api, version, 1, 'fuzz', request);
  const query = { nameFilters: ['v'], summary: false, system: false };
  const good: readonly (readonly ['sc' | 'spu', Uint8Array])[] = [
    [
      'sc',
      any(Create, 19, {
        label: 'Topic',
        body: { name: 'fuzzed', dryRun: true, timeout: undefined, spec: computed(3) },
      }),
    ],
    ['sc', any(List, 19, { label: 'Topic', body: query })],
    ['sc', any(Watch, 19, { label: 'Partition', body: { epoch: 0n, summary: false } })],
    ['spu', any(Produce, 25, produceRequest('victim', 0, batchOf('fuzz', 'records'), batchOf('more')))],
    ['spu', any(StreamFetch, 25, streamRequest('victim', 0, 0))],
    ['spu', any(UpdateOffsets, 0, { offsets: [{ offset: 1n, sessionId: 1 }] })],
    [
      'spu',
      any(Fetch, 25, {
        maxWaitMs: 0,
        minBytes: 0,
        maxBytes: 1000,
        isolation: 'read_committed',
        topics: [],
        forgotten: [],
      }),
    ],
  ];
  const below = random(20_251_124);
  const open = new Map<'sc' | 'spu', Connection>();
  const over = new Set<Connection>();
  const memory = process.memoryUsage().arrayBuffers;
  for (let i = 0; i < 5000; i++) {
    const [server, request] = good[below(good.length)] ?? expect.fail();
    const damaged = request.slice();
    for (let flips = below(4); flips >= 0; flips--) damaged[4 + below(damaged.length - 4)] = below(256);
    const cut = below(5) === 0 ? damaged.subarray(0, 12 + below(damaged.length - 12)) : damaged;
    new DataView(cut.buffer, cut.byteOffset).setInt32(0, cut.length - 4);
    let connection = open.get(server);
    if (connection === undefined || over.has(connection) || i % 100 === 0) {
      connection?.close();
      const fresh = await connect(servers[server]);
      void fresh.ended.then(() => over.add(fresh));
      open.set(server, fresh);
      connection = fresh;
    }
    connection.send(cut);
    if (i % 250 === 0) await expectService();
  }
  for (const connection of open.values()) connection.close();
  await expectService();
  expect(process.memoryUsage().arrayBuffers - memory).toBeLessThan(300_000_000);
}, 60_000);

it('takes no word on its private port from a stranger that says nonsense', async () => {
  // An SC of its own, because a cluster does not tell its private port.
  const dataDir = mkdtempSync(join(tmpdir(), 'fluvio-private-'));
  const listen = { host: '127.0.0.1', port: 0 };
  const portOptions = { public: 'scPort', private: 'scPort' };
  const alone = await startSc({
    ...settingsOf({}),
    listen,
    listenPrivate: listen,
    portOptions,
    dataDir,
    durable: false,
    log: silent,
  });
  const endpoint = { host: '127.0.0.1', port: 1, encryption: 'PLAINTEXT' } as const;
  const registration = {
    leading: [],
    id: 7000,
    name: 'stranger',
    publicEndpoint: endpoint,
    privateEndpoint: endpoint,
    rack: undefined,
    create: false,
  };
  try {
    const stranger = await connect(alone.privateAddress);
    const answered = async <Q, R>(api: Api<Q, R>, id: number) => decodeResponse(api, 100, await stranger.answer(id));
    stranger.send(
      encodeRequest(ReportReplicas, 100, 1, 'x', { spuId: 5001, sequence: 0, replicas: [], inSyncChanges: [] }),
    );
    expect(await answered(ReportReplicas, 1)).toEqual({ errorCode: { kind: 'SpuNotFound' } });
    stranger.send(encodeRequest(RegisterSpu, 100, 2, 'x', registration));
    expect(await answered(RegisterSpu, 2)).toMatchObject({ errorCode: { kind: 'SpuNotFound' } });
    stranger.send(bytes(0x7f, 0xff, 0xff, 0xff));
    await stranger.ended;
    const again = await connect(alone.privateAddress);
    again.close();
  } finally {
    await alone.stop();
    rmSync(dataDir, { recursive: true });
  }
});
