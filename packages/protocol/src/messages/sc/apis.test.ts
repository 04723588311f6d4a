import { describe, expect, expectTypeOf, it } from 'vitest';
import { memoryPipe } from '../../session/memory-pipe.ts';
import { on, serve } from '../../session/serve.ts';
import type { Session } from '../../session/session.ts';
import { startSession } from '../../session/session.ts';
import { ScApiVersions } from '../api-versions.ts';
import { NO_ERROR } from '../error-code.ts';
import { Create, List, listOf, scApis, Watch, watchOf } from './apis.ts';
import type { ListLabel, ListResponse } from './list.ts';
import type { Metadata, ObjectOf } from './objects.ts';
import type { SpuSpec, SpuStatus } from './spu.ts';
import type { TopicSpec, TopicStatus } from './topic.ts';
import type { MetadataUpdate } from './watch.ts';

const spu: ObjectOf<'SPU'> = {
  name: 'custom-spu-1',
  spec: {
    id: 1,
    spuType: 'Custom',
    publicEndpoint: { port: 9010, ingress: [{ hostname: 'localhost', ip: undefined }], encryption: 'PLAINTEXT' },
    privateEndpoint: { port: 9011, host: 'localhost', encryption: 'PLAINTEXT' },
    rack: undefined,
    publicEndpointLocal: undefined,
  },
  status: { resolution: 'Online' },
};

/** Runs `test` on a session with an SC that knows one SPU and lists it whatever is asked for. */
const withSession = async (test: (session: Session, asked: ListLabel[]) => Promise<void>): Promise<void> => {
  const [client, server] = memoryPipe();
  const asked: ListLabel[] = [];
  const served = serve(server, [
    on(ScApiVersions, () => ({
      errorCode: NO_ERROR,
      apiKeys: [List, Watch, Create].map(({ key, min, max }) => ({ apiKey: key, minVersion: min, maxVersion: max })),
      platformVersion: '0.18.2',
    })),
    on(List, ({ label }) => {
      asked.push(label);
      return { label: 'SPU', body: [spu] };
    }),
    on(Watch, async ({ label }, { push }) => {
      if (label !== 'SPU') throw new Error(`unexpected ${label}`);
      await push({ label, body: { epoch: 1n, changes: [], all: [spu] } });
      return { label, body: { epoch: 2n, changes: [{ header: 'DELETE', content: spu }], all: [] } };
    }),
    on(Create, (request) =>
      request.label === 'Unknown'
        ? { name: 'create error', errorCode: { kind: 'Other', message: request.name }, errorMessage: undefined }
        : { name: request.body.name, errorCode: NO_ERROR, errorMessage: undefined },
    ),
  ]);
  const session = await startSession(client, { server: 'sc' });
  try {
    await test(session, asked);
  } finally {
    session.close();
    await served;
  }
};

const query = { nameFilters: [], summary: false, system: false };

describe('the SC of one kind of objects', () => {
  it('lists them without a label around', () =>
    withSession(async (session, asked) => {
      const spus = await session.call(listOf.SPU, query);
      expect(spus).toEqual([spu]);
      expect(asked).toEqual(['SPU']);
      expectTypeOf(spus).toEqualTypeOf<readonly Metadata<SpuSpec, SpuStatus>[]>();
    }));

  it('takes an answer about another kind for what it is: not the answer', () =>
    withSession(async (session, asked) => {
      const answer = session.call(listOf.Topic, query);
      expectTypeOf(answer).toEqualTypeOf<Promise<readonly Metadata<TopicSpec, TopicStatus>[]>>();
      await expect(answer).rejects.toMatchObject({
        code: 'wire/invalid',
        message: expect.stringContaining("'SPU' where 'Topic' was asked for"),
      });
      expect(asked).toEqual(['Topic']);
    }));

  it('watches them without a label around', () =>
    withSession(async (session) => {
      const watch = session.open(watchOf.SPU, { epoch: 0n, summary: false });
      const first = await watch.next();
      expectTypeOf(first).toEqualTypeOf<MetadataUpdate<ObjectOf<'SPU'>> | undefined>();
      expect(first).toEqual({ epoch: 1n, changes: [], all: [spu] });
      expect(await watch.next()).toMatchObject({ epoch: 2n, changes: [{ header: 'DELETE' }] });
      watch.close();
    }));
});

describe('the SC of any kind of objects', () => {
  it('answers under the label', () =>
    withSession(async (session) => {
      const answer = await session.call(List, { label: 'SPU', body: query });
      if (answer.label !== 'SPU') throw new Error(answer.label);
      expectTypeOf(answer.body).toEqualTypeOf<readonly ObjectOf<'SPU'>[]>();
      expectTypeOf(answer).toEqualTypeOf<ListResponse<'SPU'>>();
      expect(answer.body).toEqual([spu]);
    }));

  it('hands unknown kinds to the server, so that it can refuse them', () =>
    withSession(async (session) => {
      const status = await session.call(Create, { label: 'Unknown', name: 'Nope', body: new Uint8Array(3) });
      expect(status).toEqual({
        name: 'create error',
        errorCode: { kind: 'Other', message: 'Nope' },
        errorMessage: undefined,
      });
    }));

  it('has every API once, under its own key', () => {
    const keys = Object.values(scApis).map((api) => api.key);
    expect(keys).toEqual([18, 1001, 1002, 1003, 1004, 1005, 1006, 8]);
    for (const [name, api] of Object.entries(scApis)) expect(api.name).toBe(name);
  });
});
