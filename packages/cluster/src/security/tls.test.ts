/** A cluster with TLS: every server by its own name, clients with and without certificates, and what can be wrong. */
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import type { TcpOptions } from '@fluvio-ts/adapter-tcp';
import { List, parseAddress } from '@fluvio-ts/protocol';
import type { Session } from '@fluvio-ts/protocol/internal';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Cluster } from '../cluster.ts';
import { startCluster } from '../cluster.ts';
import type { StartClusterOptions } from '../cluster-options.ts';
import { batchOf } from '../testing/batches.ts';
import { computed, connectSc, connectSpu, createTopic, produceTo } from '../testing/clients.ts';
import type { ClusterTls } from './cluster-tls.ts';

const tlsOf = (cluster: Cluster): ClusterTls => cluster.tls ?? expect.fail();

/** Asks the SC for its SPUs. */
const spusOf = async (session: Session): Promise<unknown[]> =>
  (await session.call(List, { label: 'SPU', body: { nameFilters: [], summary: false, system: false } }))
    .body as unknown[];

const closing: Session[] = [];
const open = async (session: Promise<Session>): Promise<Session> => {
  const opened = await session;
  closing.push(opened);
  return opened;
};
afterEach(() => {
  for (const session of closing.splice(0)) session.close('the test is over');
});

describe('tls: true', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster({ spus: 2, tls: true });
  });
  afterAll(() => cluster?.stop());

  it('serves clients that trust its authority, each server under its own name', async () => {
    const tls = tlsOf(cluster);
    const sc = await open(connectSc(cluster.endpoint, { tls }));
    expect(await spusOf(sc)).toMatchObject([
      {
        name: 'custom-spu-5001',
        spec: { publicEndpoint: { encryption: 'SSL' }, privateEndpoint: { host: '127.0.0.1' } },
      },
      { name: 'custom-spu-5002', spec: { publicEndpoint: { encryption: 'SSL' } } },
    ]);
    await createTopic(sc, 'secured', computed(2));
    for (const spu of cluster.spus) {
      const session = await open(connectSpu(spu, { tls }));
      const errors = await Promise.all(
        [0, 1].map((partition) => produceTo(session, 'secured', partition, batchOf('x'))),
      );
      expect(errors.map(({ error }) => error.kind).sort()).toEqual(['None', 'NotLeaderForPartition']);
    }
    // A server does not answer to the name of another.
    const [first, second] = cluster.spus;
    const mistaken = { ...(first ?? expect.fail()), address: second?.address ?? expect.fail() };
    await expect(connectSpu(mistaken, { tls })).rejects.toMatchObject({
      code: 'tls/certificate',
      message: expect.stringMatching(/127\.0\.0\.1:\d+.*custom-spu-5001\.fluvio\.local.*tls\.domain/),
    });
  });

  it.each<[string, (tls: ClusterTls) => TcpOptions['tls'], object | undefined]>([
    ['no certificate of its own', ({ ca, domain }) => ({ ca, domain }), undefined],
    [
      'no domain: the address is in the certificates as well',
      ({ ca, cert = '', key = '' }) => ({ ca, cert, key }),
      undefined,
    ],
    ['no verification', () => ({ insecureSkipVerify: true }), undefined],
    [
      'no authority',
      ({ domain }) => ({ domain }),
      { code: 'tls/certificate', message: expect.stringContaining('tls.ca') },
    ],
    [
      'another domain',
      ({ ca }) => ({ ca, domain: 'other.local' }),
      { code: 'tls/certificate', message: expect.stringContaining("'other.local'") },
    ],
    ['plaintext', () => false, { code: 'connection/no-answer', message: expect.stringContaining('it may expect TLS') }],
  ])('a client with %s', async (_, options, refusal) => {
    const asking = async () =>
      spusOf(await open(connectSc(cluster.endpoint, { tls: options(tlsOf(cluster)) ?? false })));
    if (refusal === undefined) expect(await asking()).toHaveLength(2);
    else await expect(asking()).rejects.toMatchObject(refusal);
  });

  it('does not take a certificate of another authority', async () => {
    const other = await startCluster({ tls: true });
    try {
      const { cert = '', key = '' } = tlsOf(other);
      const { ca, domain } = tlsOf(cluster);
      const mine = { ca, domain, cert, key };
      await expect(connectSc(cluster.endpoint, { tls: mine })).rejects.toThrow(/hung up|reset/);
    } finally {
      await other.stop();
    }
  });

  it('keeps keys for their owner only', () => {
    const { paths } = tlsOf(cluster);
    const folder = join(cluster.dataDir, 'tls');
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    for (const name of ['ca.key', 'sc.key', 'spu-5001.key', 'client-root.key']) {
      expect(statSync(join(folder, name)).mode & 0o777, name).toBe(0o600);
    }
    expect(readFileSync(paths.key ?? '', 'utf8')).toBe(tlsOf(cluster).key);
  });

  it('speaks nothing older than TLS 1.2', async () => {
    const { ca } = tlsOf(cluster);
    const old = connectTls({ ...parseAddress(cluster.endpoint), ca, minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1' });
    const error = await new Promise<Error>((resolve) => old.once('error', resolve));
    expect(error.message).toMatch(/version|protocol/i);
  });
});

describe('mutual TLS', () => {
  it('is required where it is asked for, and the error says what is missing', async () => {
    await using cluster = await startCluster({ tls: { clientCertificates: 'required', domain: 'my.cluster' } });
    const tls = tlsOf(cluster);
    expect(tls.domain).toBe('my.cluster');
    expect(await spusOf(await open(connectSc(cluster.endpoint, { tls })))).toHaveLength(1);
    const { ca, domain } = tls;
    await expect(connectSc(cluster.endpoint, { tls: { ca, domain } })).rejects.toMatchObject({
      code: 'tls/client-certificate',
      message: expect.stringMatching(/127\.0\.0\.1:\d+ wants a client certificate.*`tls\.cert` and `tls\.key`/),
    });
  });
});

it('secures processes, whose certificates stay from one start to the next', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'fluvio-tls-'));
  try {
    const certificates: string[] = [];
    for (const round of [1, 2]) {
      await using cluster = await startCluster({ mode: 'processes', spus: 2, dataDir, ports: 'any', tls: true });
      const tls = cluster.tls ?? expect.fail();
      const sc = await open(connectSc(cluster.endpoint, { tls }));
      if (round === 1) await createTopic(sc, 'kept', computed(2));
      for (const spu of cluster.spus) await open(connectSpu(spu, { tls }));
      certificates.push(tls.cert ?? '');
    }
    expect(certificates[1]).toBe(certificates[0]);
  } finally {
    rmSync(dataDir, { recursive: true });
  }
}, 60_000);

it.each<[string, NonNullable<StartClusterOptions['tls']>, RegExp]>([
  ['a domain that is an address', { domain: '127.0.0.1' }, /^tls\.domain: '127\.0\.0\.1' is not a host name/],
  ['a name that is none', { names: ['my host'] }, /^tls\.names: 'my host' is neither/],
  ['a client called like a path', { clients: { '../evil': [] } }, /^tls\.clients: '\.\.\/evil' cannot be/],
  [
    'files that are not there',
    { files: { ca: 'no.pem', cert: 'no.pem', key: 'no.pem' } },
    /^tls\.files\.ca: .*no\.pem: it cannot be read/,
  ],
  [
    'files that are no PEM',
    { files: { ca: import.meta.filename, cert: 'no.pem', key: 'no.pem' } },
    /^tls\.files\.ca: .*not PEM/,
  ],
])('refuses %s', async (_, tls, message) => {
  await expect(startCluster({ tls })).rejects.toMatchObject({
    code: 'cluster/options',
    message: expect.stringMatching(message),
  });
});
