import type { Endpoint } from '@fluvio-ts/protocol';
import { NO_ERROR, SpuApiVersions } from '@fluvio-ts/protocol';
import { memoryPipe, on, serve, stopper } from '@fluvio-ts/protocol/internal';
import { expect, test } from 'vitest';
import { clientError } from '../errors.ts';
import type { SpuObject } from '../metadata/metadata.ts';
import { until } from '../testing/until.ts';
import type { SpuAddress } from './spu-pool.ts';
import { spuPool } from './spu-pool.ts';

const spu = (port = 9010, hostname = 'spu'): SpuObject => ({
  name: 'main-0',
  spec: {
    id: 7,
    spuType: 'Custom',
    publicEndpoint: { port, ingress: [{ hostname, ip: undefined }], encryption: 'PLAINTEXT' },
    privateEndpoint: { port: 1, host: '', encryption: 'PLAINTEXT' },
    rack: undefined,
    publicEndpointLocal: undefined,
  },
  status: { resolution: 'Online' },
});

/** A pool over a server that shakes hands when the test lets it. */
const pooled = ({ scHost = 'sc', held = false, spuAddress = 'public' as SpuAddress } = {}) => {
  const dialled: Endpoint[] = [];
  let live = 0;
  let letGo: () => void = () => {};
  const go = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  const pool = spuPool({
    transport: {
      async connect(to) {
        dialled.push(to);
        if (to.address.port === 1) throw clientError('connect/timeout', { what: 'it', timeoutMs: 1, reason: 'gone' });
        if (held) await go;
        const [ours, theirs] = memoryPipe();
        live++;
        void theirs.closed.then(() => live--);
        void serve(theirs, [on(SpuApiVersions, () => ({ errorCode: NO_ERROR, apiKeys: [], platformVersion: '' }))]);
        return ours;
      },
    },
    endpoints: [{ host: scHost, port: 9003 }],
    clientId: 'test',
    connectTimeoutMs: 1_000,
    probeIntervalMs: 0,
    spuAddress,
  });
  return { pool, dialled, letGo, live: () => live };
};
const why = clientError('client/closed', { what: 'the call' });
const never = stopper().signal;

test('callers share one dial, and the first one giving up does not take it from the others', async () => {
  const { pool, dialled, letGo } = pooled({ held: true });
  const first = stopper();
  const one = pool.session(spu(), 'produce', first.signal);
  const two = pool.session(spu(), 'produce', never);
  first.stop(new Error('enough'));
  await expect(one).rejects.toMatchObject({ code: 'request/aborted' });
  letGo();
  expect((await two).isClosed).toBe(false);
  expect(dialled).toHaveLength(1);
  pool.close(why);
});

test('nobody dials for a caller who has already given up', async () => {
  const { pool, dialled } = pooled();
  const given = stopper();
  given.stop(why);
  await expect(pool.session(spu(), 'consume 1', given.signal)).rejects.toBe(why);
  expect(dialled).toEqual([]);
});

test.each(['release', 'close'] as const)('%s at any moment of a dial leaves nothing open', async (how) => {
  for (let moments = 0; moments < 40; moments++) {
    const { pool, live } = pooled();
    const dialling = pool.session(spu(), 'consume 1', never).catch(() => {});
    for (let i = 0; i < moments; i++) await Promise.resolve();
    if (how === 'release') pool.release('consume 1', why);
    else pool.close(why);
    await dialling;
    await until(() => live() === 0);
  }
});

test('an SPU with a new address is dialled there, and what led to the old one is dropped', async () => {
  const { pool, dialled } = pooled();
  const old = await pool.session(spu(9010), 'produce', never);
  const fresh = await pool.session(spu(9020), 'produce', never);
  expect(fresh).not.toBe(old);
  expect(old.isClosed).toBe(true);
  expect(pool.live(7, 'produce')).toBe(fresh);
  expect(dialled.map(({ address }) => address.port)).toEqual([9010, 9020]);
  pool.close(why);
});

test('a dial to an old address does not hold up one to the new address', async () => {
  const { pool } = pooled({ held: true });
  const old = pool.session(spu(9010), 'produce', never).catch(() => {});
  await expect(pool.session(spu(1), 'produce', never)).rejects.toMatchObject({ code: 'connect/timeout' });
  pool.close(why);
  await old;
});

test.each(['localhost', '127.0.0.1', '0.0.0.0', '::1'])('an SPU that registered %s far away is named', async (host) => {
  const { pool } = pooled();
  await expect(pool.session(spu(1, host), 'produce', never)).rejects.toMatchObject({
    code: 'connect/spu-address',
    retryable: true,
    cause: { code: 'connect/timeout' },
    message: expect.stringMatching(/SPU 7 .*sc:9003.*spuAddress/),
  });
  const near = pooled({ scHost: 'localhost' });
  await expect(near.pool.session(spu(1, host), 'produce', never)).rejects.toMatchObject({ code: 'connect/timeout' });
});

test.each<[string, () => unknown, RegExp]>([
  [
    'throws',
    () => {
      throw new Error('mine');
    },
    /spuAddress threw \(mine\) for SPU 7 at spu:9010/,
  ],
  ['returns nothing', () => undefined, /must return/],
  ['is asynchronous', () => Promise.resolve({ host: 'a', port: 1 }), /must return/],
  ['returns no host', () => ({ host: '', port: 9010 }), /must return/],
  ['returns no port', () => ({ host: 'a', port: Number.NaN }), /must return/],
  ['returns a port that is none', () => ({ host: 'a', port: 70_000 }), /must return/],
])('an address map that %s is named', async (_, map, words) => {
  const { pool, dialled } = pooled({ spuAddress: map as SpuAddress });
  await expect(pool.session(spu(), 'query', never)).rejects.toMatchObject({
    code: 'option/invalid',
    context: { option: 'spuAddress' },
    message: expect.stringMatching(words),
  });
  expect(dialled).toEqual([]);
});
