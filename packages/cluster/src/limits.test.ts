/** What a cluster gives at most: to clients that say nothing, too much, or nothing to the end; and how much it keeps. */
import { connect as connectSocket } from 'node:net';
import type { CreateRequest, Status } from '@fluvio-ts/protocol';
import { Create, Delete, decodeResponse, encodeRequest, List, parseAddress, ScApiVersions } from '@fluvio-ts/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Cluster } from './cluster.ts';
import { startCluster } from './cluster.ts';
import type { StartClusterOptions } from './cluster-options.ts';
import { computed, connectSc, createTopic, deleteTopic } from './testing/clients.ts';
import { type Connection, connect } from './testing/vectors.ts';

let cluster: Cluster | undefined;
let lines: string[];
beforeEach(() => {
  lines = [];
});
afterEach(async () => {
  await cluster?.stop();
  cluster = undefined;
});
const start = async (options: StartClusterOptions): Promise<Cluster> => {
  cluster = await startCluster({
    ...options,
    log: (_, message, facts) => lines.push(`${message} ${facts?.reason ?? ''}`),
  });
  return cluster;
};

/** Connects, sends some bytes, and waits until the server ends the connection. */
async function untilDropped(server: { host: string; port: number }, sent: Uint8Array): Promise<void> {
  const connection = await connect(server);
  connection.send(sent);
  await connection.ended;
}

const hello = encodeRequest(ScApiVersions, 2, 1, 'test', { clientVersion: '0.50.0', clientOs: '', clientArch: '' });

describe.each([
  ['plaintext', false],
  ['TLS', true],
] as const)('over %s', (_, tls) => {
  it('drops who is silent, who stops in the middle of the first request, and who sends it drip by drip', async () => {
    const { endpoint, spus } = await start({ tls, limits: { handshakeMs: 150 } });
    for (const server of [parseAddress(endpoint), spus[0]?.address ?? expect.fail()]) {
      await untilDropped(server, new Uint8Array(0));
      // In TLS, a record that begins.
      await untilDropped(server, tls ? Uint8Array.of(0x16, 3, 1) : hello.subarray(0, 20));
      const drips = connectSocket(server);
      let at = 0;
      const dripping = setInterval(() => drips.write(Uint8Array.of(tls ? 0x16 : (hello[at++] ?? 0))), 20);
      drips.on('error', () => {});
      await new Promise((resolve) => drips.once('close', resolve));
      clearInterval(dripping);
    }
    if (!tls) expect(lines.join('\n')).toContain('did not send its first request within 150 ms');
  });
});

it('keeps who has said hello and is silent then, but not who begins a request and does not end it', async () => {
  const { endpoint } = await start({ limits: { handshakeMs: 100, requestMs: 100 } });
  const server = parseAddress(endpoint);
  const quiet = await connect(server);
  quiet.send(hello);
  await quiet.answer(1);
  const begun = await connect(server);
  begun.send(hello);
  await begun.answer(1);
  begun.send(hello.subarray(0, 20));
  await begun.ended;
  expect(lines.join('\n')).toContain('did not send the rest of a request within 100 ms');
  // It was there longer than the other.
  quiet.send(hello);
  await quiet.answer(1);
  quiet.close();
});

it('takes no memory for what is only announced, and ends what would hold too much', async () => {
  const { endpoint } = await start({ limits: { arrivingBytes: 8_000_000, requestBytes: 64_000_000 } });
  const announced = new Uint8Array(4);
  new DataView(announced.buffer).setInt32(0, 30_000_000);
  const before = process.memoryUsage().arrayBuffers;
  const connections: Connection[] = [];
  for (let i = 0; i < 40; i++) {
    const connection = await connect(parseAddress(endpoint));
    connection.send(announced);
    connections.push(connection);
  }
  const sc = await connectSc(endpoint);
  await sc.call(List, { label: 'SPU', body: { nameFilters: [], summary: false, system: false } });
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(40 * 300_000 + 5_000_000);
  // Two that mean it: together they would hold more than all connections may.
  const large = connections.slice(0, 2);
  for (const connection of large) for (let i = 0; i < 5; i++) connection.send(new Uint8Array(1_000_000));
  await Promise.race(large.map(({ ended }) => ended));
  expect(lines.join('\n')).toContain('the most that this server gives them');
  expect((await createTopic(sc, 'served')).errorCode.kind).toBe('None');
  for (const connection of connections) connection.close();
  sc.close();
});

it('keeps so many topics and partitions, and says which limit to raise', async () => {
  // The system's own topic counts.
  const { endpoint } = await start({ limits: { topics: 3, partitions: 6 } });
  const sc = await connectSc(endpoint);
  const refused = (status: Status) => [status.errorCode.kind, status.errorMessage];
  expect((await createTopic(sc, 'one', computed(2))).errorCode.kind).toBe('None');
  expect(refused(await createTopic(sc, 'two', computed(4)))).toEqual([
    'TopicError',
    'this embedded cluster keeps 6 partitions at most, and has 3: delete some, or raise limits.partitions',
  ]);
  expect((await createTopic(sc, 'two', computed(3))).errorCode.kind).toBe('None');
  expect(refused(await createTopic(sc, 'three'))).toEqual([
    'TopicError',
    'this embedded cluster keeps 3 topics at most, and has 3: delete some, or raise limits.topics',
  ]);
  await deleteTopic(sc, 'one');
  expect((await createTopic(sc, 'three', computed(2))).errorCode.kind).toBe('None');
  sc.close();
});

it.each<[object, RegExp]>([
  [{ connections: 0 }, /^limits\.connections: 0 is not a whole number from 1/],
  [{ requestBytes: 3 }, /^limits\.requestBytes: 3 is not a whole number from 64/],
  [{ topics: 1.5 }, /^limits\.topics: 1\.5 is not/],
  [{ maxTopics: 1 }, /^limits\.maxTopics: there is no such limit, but connections, handshakeMs/],
])('refuses the limits %j', async (limits, message) => {
  await expect(startCluster({ limits })).rejects.toMatchObject({
    code: 'cluster/options',
    message: expect.stringMatching(message),
  });
});

describe('a creation that waits for SPUs', () => {
  const create = (name: string, replicationFactor: number): CreateRequest => ({
    label: 'Topic',
    body: {
      name,
      dryRun: false,
      timeout: undefined,
      spec: computed(1, {
        replicas: { kind: 'computed', partitions: 1, replicationFactor, ignoreRackAssignment: false },
      }),
    },
  });
  const list = { label: 'Topic', body: { nameFilters: [], summary: false, system: false } } as const;

  it('does not hold up what the same client asks next, and is answered when the SPU is there', async () => {
    const { endpoint, addSpu } = await start({});
    const sc = await connectSc(endpoint);
    const waiting = sc.call(Create, create('twice', 2));
    // In the order in which they were sent: the list has the topic.
    const listed = await sc.call(List, list);
    expect((listed.body as readonly { readonly name: string }[]).map(({ name }) => name)).toEqual(['twice']);
    expect((await createTopic(sc, 'other')).errorCode.kind).toBe('None');
    expect((await sc.call(Create, create('twice', 2))).errorCode.kind).toBe('TopicAlreadyExists');
    await addSpu();
    expect((await waiting).errorCode.kind).toBe('None');
    sc.close();
  });

  it('ends with the topic, and keeps the order of what was sent at once', async () => {
    const { endpoint } = await start({ limits: { waitingRequests: 2 } });
    const connection = await connect(parseAddress(endpoint));
    const gone = { label: 'Topic', body: { key: 'a', force: false } } as const;
    connection.send(hello);
    connection.send(encodeRequest(Create, 19, 2, 'test', create('a', 2)));
    connection.send(encodeRequest(Delete, 19, 3, 'test', gone));
    connection.send(encodeRequest(Create, 19, 4, 'test', create('a', 1)));
    const told = async (id: number) => decodeResponse(Create, 19, await connection.answer(id)).errorCode.kind;
    expect([await told(2), await told(3), await told(4)]).toEqual(['TopicNotFound', 'None', 'None']);
    // With as many waiting as may, the next is read when one of them is done.
    connection.send(encodeRequest(Create, 19, 5, 'test', create('b', 2)));
    connection.send(encodeRequest(Create, 19, 6, 'test', create('c', 2)));
    connection.send(encodeRequest(List, 19, 7, 'test', list));
    const other = await connectSc(endpoint);
    for (let all: readonly unknown[] = []; all.length < 3; ) all = (await other.call(List, list)).body;
    let answered = false;
    const late = connection.answer(7).then(() => {
      answered = true;
    });
    await other.call(List, list);
    expect(answered).toBe(false);
    await deleteTopic(other, 'b');
    await late;
    other.close();
    connection.close();
  });
});
