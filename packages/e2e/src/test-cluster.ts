/**
 * The cluster that a test file runs against: an embedded one of its own, or, by `npm run test:cluster`, the one that
 * FLUVIO_ENDPOINT names. There other topics may be, so tests take names from it, and it deletes what had them.
 */
import { readFileSync } from 'node:fs';
import type { TlsOptions } from '@fluvio-ts/adapter-tcp';
import { tcp } from '@fluvio-ts/adapter-tcp';
import { admin } from '@fluvio-ts/admin';
import type { Client, ConnectOptions } from '@fluvio-ts/client';
import { connect } from '@fluvio-ts/client';
import type { Cluster, ClusterProfile, ClusterProfileTls, StartClusterOptions } from '@fluvio-ts/cluster';
import { startCluster } from '@fluvio-ts/cluster';

/** See the file's head. */
export interface TestCluster {
  readonly endpoint: string;
  /** What clients need for TLS, where the named cluster has it. */
  readonly tls: TlsOptions | undefined;
  readonly profile: ClusterProfile;
  /** Connects a client, with TLS where the named cluster has it. Whoever connects closes. */
  connect(options?: Omit<ConnectOptions, 'transport' | 'endpoint'>): Promise<Client>;
  /** A name for a topic, or a consumer, that nobody else has. */
  name(short: string): string;
  /** The embedded cluster, which is the test's to kill and to fill; skips the test where it is another, and says why. */
  own(skip: (condition: boolean, reason: string) => void, reason?: string): Cluster;
  stop(): Promise<void>;
}

const PREFIX = 'ts-e2e';

/** Starts an embedded cluster, or takes the one that is named. */
export async function testCluster(options: StartClusterOptions = {}): Promise<TestCluster> {
  const { FLUVIO_TEST_ENDPOINT: named } = process.env;
  const run = `${PREFIX}-${Math.random().toString(36).slice(2, 8)}`;
  const names = new Set<string>();
  const name = (short: string): string => {
    names.add(`${run}-${short}`);
    return `${run}-${short}`;
  };
  if (named === undefined) {
    const cluster = await startCluster(options);
    const { endpoint } = cluster;
    return {
      endpoint,
      tls: undefined,
      profile: cluster.profile,
      connect: (more) => connect({ endpoint, transport: tcp(), ...more }),
      name,
      own: () => cluster,
      stop: () => cluster.stop(),
    };
  }
  const tls = tlsOf(process.env);
  const transport = tcp({ tls: tls ?? false });
  const open: TestCluster['connect'] = (more) => connect({ endpoint: named, transport, ...more });
  return {
    endpoint: named,
    tls,
    profile: { endpoint: named, installation: 'local', tls: profileTlsOf(tls) },
    connect: open,
    name,
    own(
      skip,
      reason = 'it needs a cluster of its own: that in FLUVIO_ENDPOINT is not to be killed, or told what to be',
    ) {
      skip(true, reason);
      throw new Error(reason);
    },
    async stop() {
      await using client = await open();
      const { topics, smartModules, consumerOffsets } = admin(client);
      for (const each of names) {
        if ((await topics.get(each)) !== undefined) await topics.delete(each);
        else if ((await smartModules.get(each)) !== undefined) await smartModules.delete(each);
        else await consumerOffsets.delete({ consumerId: each });
      }
    },
  };
}

/** TLS to the named cluster, from files that the environment names. */
function tlsOf(env: Readonly<Record<string, string | undefined>>): TlsOptions | undefined {
  const { FLUVIO_TLS_DOMAIN: domain, FLUVIO_TLS_CA: ca, FLUVIO_TLS_CERT: cert, FLUVIO_TLS_KEY: key } = env;
  if (domain === undefined && ca === undefined) return undefined;
  return {
    ...(domain !== undefined && { domain }),
    ...(ca !== undefined && { ca: readFileSync(ca, 'utf8') }),
    ...(cert !== undefined && { cert: readFileSync(cert, 'utf8') }),
    ...(key !== undefined && { key: readFileSync(key, 'utf8') }),
  };
}

function profileTlsOf(tls: TlsOptions | undefined): ClusterProfileTls {
  if (tls === undefined) return { mode: 'disabled' };
  const { domain = '', ca = '', cert, key } = tls;
  if (typeof ca !== 'string' || typeof cert !== 'string' || typeof key !== 'string') return { mode: 'anonymous' };
  return { mode: 'verified', source: 'inline', domain, caCert: ca, cert, key };
}
