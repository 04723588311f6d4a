/** Who may do what, asked over TLS: every API of the SC and of an SPU, by clients of every role. */
import type { ErrorCode, ObjectLabel, Status } from '@fluvio-ts/protocol';
import {
  Create,
  Delete,
  DeleteConsumerOffset,
  Fetch,
  FetchConsumerOffsets,
  FetchOffsets,
  List,
  Produce,
  StreamFetch,
  Update,
  Watch,
} from '@fluvio-ts/protocol';
import type { Session } from '@fluvio-ts/protocol/internal';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Cluster } from '../cluster.ts';
import { startCluster } from '../cluster.ts';
import { batchOf, joined } from '../testing/batches.ts';
import { computed, connectSc, connectSpu, createTopic, produceTo, streamRequest } from '../testing/clients.ts';

const policy = {
  Root: {
    ...Object.fromEntries(
      ['Spu', 'CustomSpu', 'SpuGroup', 'Topic', 'Partition', 'SmartModule', 'TableFormat', 'Mirror'].map((type) => [
        type,
        ['All'],
      ]),
    ),
  },
  Reader: { Topic: ['Read'] },
  Writer: { Topic: ['Read:open'], Partition: ['Update:open-0', 'Update:open-1'] },
  Keeper: { Topic: ['Update:open', 'Delete:mine', 'Create:mine'], TableFormat: ['All'] },
};
const clients = { reader: ['Reader'], writer: ['Writer'], keeper: ['Keeper', 'Unknown'], nobody: [] };
const ROLES = ['root', 'reader', 'writer', 'keeper', 'nobody'] as const;
type Role = (typeof ROLES)[number];

let cluster: Cluster;
const sessions = new Map<Role, { readonly sc: Session; readonly spu: Session }>();

beforeAll(async () => {
  cluster = await startCluster({ tls: { clients }, authorization: { policy } });
  for (const role of ROLES) {
    const tls = cluster.tls?.clients[role] ?? expect.fail();
    const spu = cluster.spus[0] ?? expect.fail();
    sessions.set(role, { sc: await connectSc(cluster.endpoint, { tls }), spu: await connectSpu(spu, { tls }) });
  }
  const { sc } = as('root');
  for (const topic of ['open', 'closed']) await createTopic(sc, topic, computed(2));
}, 60_000);
afterAll(async () => {
  for (const { sc, spu } of sessions.values()) {
    sc.close();
    spu.close();
  }
  await cluster?.stop();
});

const as = (role: Role): { readonly sc: Session; readonly spu: Session } => sessions.get(role) ?? expect.fail();

/** What every role is told, in the order of {@link ROLES}. */
async function asked<T>(ask: (sessions: { readonly sc: Session; readonly spu: Session }) => Promise<T>): Promise<T[]> {
  const answers: T[] = [];
  for (const role of ROLES) answers.push(await ask(as(role)));
  return answers;
}
const told = ({ errorCode: { kind } }: Status): ErrorCode['kind'] => kind;
const NO = 'PermissionDenied';

describe('the SC', () => {
  it('lets create who may, and says the name and what is missing to others', async () => {
    const topic =
      (name: string) =>
      async ({ sc }: { readonly sc: Session }) => {
        const body = { name, dryRun: true, timeout: undefined, spec: computed(1) };
        return told(await sc.call(Create, { label: 'Topic', body }));
      };
    expect(await asked(topic('new'))).toEqual(['None', NO, NO, NO, NO]);
    expect(await asked(topic('mine'))).toEqual(['None', NO, NO, 'None', NO]);
    const status = await createTopic(as('reader').sc, 'new');
    expect(status).toMatchObject({
      name: 'new',
      errorMessage: "permission denied: this client may not Create Topic 'new'",
    });
  });

  const endpoint = { port: 1, host: '127.0.0.1', encryption: 'PLAINTEXT' } as const;
  const specs = {
    TableFormat: { name: 'shape', inputFormat: undefined, columns: undefined, smartmodule: undefined },
    CustomSpu: {
      id: 7000,
      publicEndpoint: { port: 1, ingress: [], encryption: 'PLAINTEXT' },
      privateEndpoint: endpoint,
      rack: undefined,
      publicEndpointLocal: undefined,
    },
    SpuGroup: {
      replicas: 1,
      minId: 9000,
      spuConfig: { rack: undefined, replication: undefined, storage: undefined, env: [] },
    },
    SmartModule: { meta: undefined, summary: undefined, wasm: { format: 'BINARY', payload: new Uint8Array(0) } },
    Mirror: { mirrorType: { kind: 'remote', id: 'edge' } },
  };
  it.each(Object.keys(specs) as (keyof typeof specs)[])('asks before anything is done with a %s', async (label) => {
    const create = { label, body: { name: 'thing', dryRun: true, timeout: undefined, spec: specs[label] } } as never;
    const key = label === 'CustomSpu' ? { kind: 'name', name: 'thing' } : 'thing';
    const remove = { label, body: { key, force: false } } as never;
    const mayKeep = label === 'TableFormat' ? ['root', 'keeper'] : ['root'];
    const expected = ROLES.map((role) => !mayKeep.includes(role));
    expect(await asked(async ({ sc }) => told(await sc.call(Create, create)) === NO)).toEqual(expected);
    expect(await asked(async ({ sc }) => told(await sc.call(Delete, remove)) === NO)).toEqual(expected);
  });

  it('lets delete and update who may, by kind and by name', async () => {
    const remove =
      (key: string) =>
      async ({ sc }: { readonly sc: Session }) =>
        told(await sc.call(Delete, { label: 'Topic', body: { key, force: false } }));
    expect(await asked(remove('no-such'))).toEqual(['TopicNotFound', NO, NO, NO, NO]);
    expect(await asked(remove('mine'))).toEqual(['TopicNotFound', NO, NO, 'TopicNotFound', NO]);
    const grow =
      (key: string) =>
      async ({ sc }: { readonly sc: Session }) =>
        told(await sc.call(Update, { label: 'Topic', body: { key, action: { kind: 'addPartition', count: 0 } } }));
    expect(await asked(grow('open'))).toEqual(['None', NO, NO, 'None', NO]);
    expect(await asked(grow('closed'))).toEqual(['None', NO, NO, NO, NO]);
  });

  it('lists what may be read', async () => {
    const list =
      (label: ObjectLabel) =>
      async ({ sc }: { readonly sc: Session }) => {
        const body = { nameFilters: [], summary: true, system: false };
        const answer = await sc.call(List, { label, body } as never);
        return (answer.body as readonly { readonly name: string }[]).map(({ name }) => name).sort();
      };
    const all = ['closed', 'open'];
    expect(await asked(list('Topic'))).toEqual([all, all, ['open'], [], []]);
    const partitions = ['closed-0', 'closed-1', 'open-0', 'open-1'];
    expect(await asked(list('Partition'))).toEqual([partitions, [], [], [], []]);
    expect(await asked(list('SPU'))).toEqual([['custom-spu-5001'], [], [], [], []]);
    expect(await asked(list('CustomSpu'))).toEqual([['custom-spu-5001'], [], [], [], []]);
  });

  it('shows a watch what may be read, and what is needed for that, from then on', async () => {
    const watch =
      (label: 'Topic' | 'Partition' | 'SPU') =>
      async ({ sc }: { readonly sc: Session }) => {
        for await (const { body } of sc.open(Watch, { label, body: { epoch: 0n, summary: false } } as never)) {
          return (body.all as readonly { readonly name: string }[])
            .map(({ name }) => name)
            .filter((name) => !name.startsWith('consumer-offset'))
            .sort();
        }
        return expect.fail();
      };
    const all = ['closed', 'open'];
    expect(await asked(watch('Topic'))).toEqual([all, all, ['open'], [], []]);
    const partitions = ['closed-0', 'closed-1', 'open-0', 'open-1'];
    expect(await asked(watch('Partition'))).toEqual([partitions, partitions, ['open-0', 'open-1'], [], []]);
    const spu = ['custom-spu-5001'];
    expect(await asked(watch('SPU'))).toEqual([spu, spu, spu, spu, []]);

    const seen: string[] = [];
    const following = (async () => {
      for await (const { body } of as('writer').sc.open(Watch, {
        label: 'Topic',
        body: { epoch: 0n, summary: false },
      })) {
        const { changes } = body as { readonly changes: readonly { readonly content: { readonly name: string } }[] };
        seen.push(...changes.map(({ content }) => content.name));
        if (seen.length > 0) return;
      }
    })();
    await createTopic(as('root').sc, 'hidden');
    await as('root').sc.call(Update, {
      label: 'Topic',
      body: { key: 'open', action: { kind: 'addPartition', count: 1 } },
    });
    await following;
    expect(seen).toEqual(['open']);
  });
});

describe('an SPU', () => {
  it('takes records of who may write them, and refuses the others entry by entry', async () => {
    const produce =
      (topic: string) =>
      async ({ spu }: { readonly spu: Session }) =>
        (await produceTo(spu, topic, 0, batchOf('x'))).error.kind;
    expect(await asked(produce('open'))).toEqual(['None', NO, 'None', 'None', NO]);
    expect(await asked(produce('closed'))).toEqual(['None', NO, NO, NO, NO]);

    const partitions = [0, 1].map((partitionIndex) => ({ partitionIndex, records: joined(batchOf('y')) }));
    const answer = await as('writer').spu.call(Produce, {
      transactionalId: undefined,
      isolation: 'read_uncommitted',
      timeoutMs: 1000,
      topics: [
        { name: 'closed', partitions },
        { name: 'open', partitions },
      ],
      smartmodules: [],
    });
    expect(
      answer.responses.map(({ name, partitions: each }) => [
        name,
        each.map((entry) => [entry.partitionIndex, entry.errorCode.kind]),
      ]),
    ).toEqual([
      [
        'closed',
        [
          [0, NO],
          [1, NO],
        ],
      ],
      [
        'open',
        [
          [0, 'None'],
          [1, 'None'],
        ],
      ],
    ]);
  });

  it('gives records to who may read them', async () => {
    const fetch =
      (topic: string) =>
      async ({ spu }: { readonly spu: Session }) => {
        const { topics } = await spu.call(Fetch, {
          maxWaitMs: 0,
          minBytes: 0,
          maxBytes: 1000,
          isolation: 'read_uncommitted',
          topics: [
            {
              name: topic,
              partitions: [
                { partitionIndex: 0, currentLeaderEpoch: 0, fetchOffset: 0n, logStartOffset: 0n, maxBytes: 1000 },
              ],
            },
          ],
          forgotten: [],
        } as never);
        const [entry] = topics[0]?.partitions ?? [];
        return [entry?.errorCode.kind, (entry?.records.length ?? 0) > 0];
      };
    const yes = ['None', true];
    const no = [NO, false];
    expect(await asked(fetch('open'))).toEqual([yes, yes, yes, no, no]);
    expect(await asked(fetch('closed'))).toEqual([yes, yes, no, no, no]);

    const offsets =
      (topic: string) =>
      async ({ spu }: { readonly spu: Session }) => {
        const { topics } = await spu.call(FetchOffsets, {
          topics: [{ name: topic, partitions: [{ partitionIndex: 0 }] }],
          consumerId: undefined,
        });
        return topics[0]?.partitions[0]?.errorCode.kind;
      };
    expect(await asked(offsets('closed'))).toEqual(['None', 'None', NO, NO, NO]);

    const stream =
      (topic: string) =>
      async ({ spu }: { readonly spu: Session }) => {
        for await (const { streamId, partition } of spu.open(StreamFetch, streamRequest(topic, 0, 0))) {
          return [partition.errorCode.kind, streamId > 0];
        }
        return expect.fail();
      };
    expect(await asked(stream('open'))).toEqual([yes, yes, yes, no, no]);
    expect(await asked(stream('closed'))).toEqual([yes, yes, no, no, no]);
  });

  it('keeps the stored offsets of others to itself', async () => {
    const replicaId = { topic: 'closed', partition: 0 };
    const forget = async ({ spu }: { readonly spu: Session }) =>
      (await spu.call(DeleteConsumerOffset, { replicaId, consumerId: 'c' })).errorCode.kind === NO;
    expect(await asked(forget)).toEqual([false, false, true, true, true]);
    const listed = await as('nobody').spu.call(FetchConsumerOffsets, { filter: undefined });
    expect(listed.consumers).toEqual([]);
  });
});

describe('read-only', () => {
  it('changes nothing but SPUs, and serves records', async () => {
    const readOnly = await startCluster({ readOnly: true });
    const sc = await connectSc(readOnly.endpoint);
    const spu = await connectSpu(readOnly.spus[0] ?? expect.fail());
    try {
      const status = await createTopic(sc, 'new');
      expect(status).toMatchObject({
        errorCode: { kind: NO },
        errorMessage: expect.stringContaining('may not Create Topic'),
      });
      const gone = await sc.call(Delete, { label: 'Topic', body: { key: 'consumer-offset', force: true } });
      expect(told(gone)).toBe(NO);
      const grown = { key: 'consumer-offset', action: { kind: 'addPartition', count: 1 } } as const;
      expect(told(await sc.call(Update, { label: 'Topic', body: grown }))).toBe(NO);
      const spus = await sc.call(List, { label: 'SPU', body: { nameFilters: [], summary: false, system: false } });
      expect(spus.body).toHaveLength(1);
      const unknown = await sc.call(Delete, { label: 'CustomSpu', body: { key: { kind: 'id', id: 7 }, force: false } });
      expect(told(unknown)).not.toBe(NO);
      expect((await produceTo(spu, 'consumer-offset', 0, batchOf('x'))).error.kind).not.toBe(NO);
    } finally {
      sc.close();
      spu.close();
      await readOnly.stop();
    }
  });
});
