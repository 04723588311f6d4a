/** SmartModules, SPU groups and mirrors at the SC: what is kept, shown, refused, and there again after a restart. */
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SmartModuleMetadata, Status } from '@fluvio-ts/protocol';
import { Create, Delete, List, listOf, watchOf } from '@fluvio-ts/protocol';
import type { Session } from '@fluvio-ts/protocol/internal';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Cluster } from '../cluster.ts';
import { startCluster } from '../cluster.ts';
import { computed, connectSc, createTopic } from '../testing/clients.ts';
import { createSmartModule, gzippedModule, specOf } from '../testing/smartmodules.ts';

let dataDir: string;
let cluster: Cluster;
let sc: Session;

const start = async (): Promise<void> => {
  cluster = await startCluster({ dataDir });
  sc = await connectSc(cluster.endpoint);
};
beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'objects-'));
  await start();
});
afterEach(async () => {
  await cluster?.stop();
  rmSync(dataDir, { recursive: true, force: true });
});
const restart = async (): Promise<void> => {
  await cluster.stop();
  await start();
};

const all = { nameFilters: [], summary: false, system: false };
const none = { kind: 'None' };
const remove = (label: 'SmartModule' | 'SpuGroup' | 'Mirror', key: string): Promise<Status> =>
  sc.call(Delete, { label, body: { key, force: false } });

describe('SmartModules', () => {
  const payloads = (): string[] => readdirSync(join(dataDir, 'metadata', 'SmartModulePayload'));
  const meta = (version: string): SmartModuleMetadata => ({
    package: {
      name: 'upper',
      group: 'team',
      version,
      apiVersion: '0.1.0',
      description: 'makes text large',
      license: undefined,
      visibility: 'public',
      repository: undefined,
    },
    params: new Map([['lang', { description: undefined, optional: true }]]),
  });

  it('are kept with their WebAssembly, and without a trace when they are replaced or deleted', async () => {
    expect((await createSmartModule(sc, 'upper', specOf(gzippedModule('map-upper')))).errorCode).toEqual(none);
    await createSmartModule(sc, 'upper', specOf(gzippedModule('trap')));
    expect(payloads().length).toBe(1);
    await restart();
    const [module] = await sc.call(listOf.SmartModule, all);
    expect(module).toMatchObject({ name: 'upper', status: {}, spec: { wasm: { format: 'BINARY' } } });
    expect(module?.spec.wasm.payload).toEqual(gzippedModule('trap'));
    expect((await remove('SmartModule', 'upper')).errorCode).toEqual(none);
    expect((await remove('SmartModule', 'upper')).errorCode).toEqual({ kind: 'SmartModuleNotFound', name: 'upper' });
    expect(payloads()).toEqual([]);
    await restart();
    expect(await sc.call(listOf.SmartModule, all)).toEqual([]);
  });

  it('are listed and watched with their size in the place of their WebAssembly, where that is asked for', async () => {
    const payload = gzippedModule('map-upper');
    await createSmartModule(sc, 'ignored', specOf(payload, meta('1.0.0')));
    const [listed] = await sc.call(listOf.SmartModule, { ...all, summary: true });
    expect(listed).toMatchObject({
      name: 'upper-team-1.0.0',
      spec: { meta: meta('1.0.0'), summary: { wasmLength: payload.length } },
    });
    expect(listed?.spec.wasm.payload.length).toBe(0);
    const lengths: (number | undefined)[] = [];
    for (const summary of [true, false]) {
      for await (const { all: shown } of sc.open(watchOf.SmartModule, { epoch: 0n, summary })) {
        lengths.push(shown[0]?.spec.wasm.payload.length);
        break;
      }
    }
    expect(lengths).toEqual([0, payload.length]);
    const changes = sc.open(watchOf.SmartModule, { epoch: 0n, summary: false });
    await changes.next();
    await createSmartModule(sc, 'ignored', specOf(payload, meta('1.1.0')));
    const added = await changes.next();
    expect(
      added?.changes.map(({ header, content }) => [header, content.name, content.spec.wasm.payload.length]),
    ).toEqual([['UPDATE', 'upper-team-1.1.0', payload.length]]);
    await remove('SmartModule', 'team/upper@1.0.0');
    expect((await changes.next())?.changes.map(({ header, content }) => [header, content.name])).toEqual([
      ['DELETE', 'upper-team-1.0.0'],
    ]);
  });

  it('are found by keys', async () => {
    for (const version of ['1.0.0', '1.1.0'])
      await createSmartModule(sc, '', specOf(gzippedModule('trap'), meta(version)));
    await createSmartModule(sc, 'bare', specOf(gzippedModule('trap')));
    const found = async (...nameFilters: string[]) =>
      (await sc.call(listOf.SmartModule, { ...all, summary: true, nameFilters })).map(({ name }) => name).sort();
    expect(await found('upper')).toEqual(['upper-team-1.0.0', 'upper-team-1.1.0']);
    expect(await found('team/upper@1.1.0', 'bare')).toEqual(['bare', 'upper-team-1.1.0']);
    expect(await found('up')).toEqual([]);
  });

  it('are refused without a name or a version that clients can read, and a dry run makes none', async () => {
    const spec = specOf(gzippedModule('trap'));
    for (const broken of [
      createSmartModule(sc, '', spec),
      createSmartModule(sc, 'x'.repeat(300), spec),
      createSmartModule(sc, 'x', specOf(gzippedModule('trap'), meta('one'))),
    ]) {
      expect((await broken).errorCode.kind).toBe('SmartModuleError');
    }
    const dry = { label: 'SmartModule', body: { name: 'dry', dryRun: true, timeout: undefined, spec } } as const;
    expect((await sc.call(Create, dry)).errorCode).toEqual(none);
    expect(await sc.call(listOf.SmartModule, all)).toEqual([]);
  });

  it('leave nothing behind after an interrupted change', async () => {
    await createSmartModule(sc, 'upper', specOf(gzippedModule('map-upper')));
    await cluster.stop();
    const orphan = join(dataDir, 'metadata', 'SmartModulePayload', 'someone.wasm.gz');
    writeFileSync(orphan, 'left by a crash');
    await start();
    expect(existsSync(orphan)).toBe(false);
    expect((await sc.call(listOf.SmartModule, all))[0]?.spec.wasm.payload).toEqual(gzippedModule('map-upper'));
  });

  it('must be there for a topic that drops duplicates through them', async () => {
    const deduplication = {
      bounds: { count: 5n, age: undefined },
      filter: { transform: { uses: 'dedup', with: new Map<string, string>() } },
    };
    const make = () => createTopic(sc, 'once', computed(1, { deduplication }));
    expect((await make()).errorCode.kind).toBe('DeduplicationSmartModuleNotLoaded');
    await createSmartModule(sc, 'dedup', specOf(gzippedModule('trap')));
    expect((await make()).errorCode).toEqual(none);
  });
});

describe('SPU groups', () => {
  const group = (minId: number, replicas: number) => ({
    replicas,
    minId,
    spuConfig: { rack: undefined, replication: undefined, storage: undefined, env: [] },
  });
  const create = (name: string, minId: number, replicas: number) =>
    sc.call(Create, {
      label: 'SpuGroup',
      body: { name, dryRun: false, timeout: undefined, spec: group(minId, replicas) },
    });
  const groups = async () =>
    (await sc.call(listOf.SpuGroup, all)).map(({ name, status }) => [name, status.resolution, status.reason]);
  const managed = async () =>
    (await sc.call(listOf.SPU, all))
      .filter(({ spec }) => spec.spuType === 'Managed')
      .map(({ name, spec, status }) => [name, spec.id, status.resolution]);

  it('have their SPUs started, again after a restart, and ended with them', async () => {
    expect((await create('more', 7000, 2)).errorCode).toEqual(none);
    expect(await groups()).toEqual([['more', 'Reserved', undefined]]);
    const running = [
      ['more-0', 7000, 'Online'],
      ['more-1', 7001, 'Online'],
    ];
    expect((await managed()).sort()).toEqual(running);
    await restart();
    await expect.poll(async () => (await managed()).sort(), { timeout: 20_000 }).toEqual(running);
    expect(await groups()).toEqual([['more', 'Reserved', undefined]]);
    expect((await remove('SpuGroup', 'more')).errorCode).toEqual(none);
    expect(await managed()).toEqual([]);
    expect(await groups()).toEqual([]);
    expect((await remove('SpuGroup', 'more')).errorCode.kind).toBe('SpuNotFound');
  });

  it('are shown as invalid where their ids are taken, and nothing is started', async () => {
    expect((await create('clash', 5000, 3)).errorCode).toEqual(none);
    expect(await groups()).toEqual([['clash', 'Invalid', 'conflict with: 5001']]);
    expect(await managed()).toEqual([]);
    expect((await create('clash', 8000, 1)).errorCode.kind).toBe('SpuError');
    expect((await create('too-many', 8000, 101)).errorCode.kind).toBe('SpuError');
    expect((await sc.call(listOf.SPU, all)).map(({ spec }) => spec.spuType)).toEqual(['Custom']);
  });
});

describe('mirrors', () => {
  it('are kept, and refused twice', async () => {
    const create = (name: string, mirrorType: { readonly kind: 'remote'; readonly id: string }) =>
      sc.call(Create, { label: 'Mirror', body: { name, dryRun: false, timeout: undefined, spec: { mirrorType } } });
    expect((await create('edge', { kind: 'remote', id: 'edge' })).errorCode).toEqual(none);
    await restart();
    expect((await create('edge', { kind: 'remote', id: 'edge' })).errorCode.kind).toBe('MirrorAlreadyExists');
    const { body } = await sc.call(List, { label: 'Mirror', body: all });
    expect(body).toMatchObject([
      { name: 'edge', status: { connectionStatus: 'Offline', pairingSc: { kind: 'Waiting' } } },
    ]);
    expect((await remove('Mirror', 'edge')).errorCode).toEqual(none);
    expect((await remove('Mirror', 'edge')).errorCode.kind).toBe('MirrorNotFound');
  });
});
