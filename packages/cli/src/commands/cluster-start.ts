/** `flv cluster start` */
import { type Cluster, clusterStatus, startCluster } from '@fluvio-ts/cluster';
import { isFluvioError } from '@fluvio-ts/protocol';
import { cliError } from '../errors/errors.ts';
import { formatOf, isForPrograms, printValue } from '../output/print.ts';
import { UsageError } from '../parse/usage-error.ts';
import type { Cli } from '../session/cli.ts';
import { securityOf } from '../session/cluster-security.ts';
import { dataDirOf } from '../session/data-dir.ts';
import { embeddedStatus } from '../session/embedded.ts';
import { storeProfile } from '../session/store-profile.ts';
import type { ClusterStart } from '../spec/cluster.ts';
import { formatElapsed } from '../values/duration.ts';

const TICK_MS = 100;
const LOOK_MS = 500;
const LOOPBACK = ['127.0.0.1', 'localhost'];

export async function run({ options }: ClusterStart, cli: Cli): Promise<void> {
  const { env } = cli;
  const dataDir = dataDirOf(options.dataDir, env);
  const began = performance.now();
  const cluster = await start(options, dataDir, cli);
  try {
    const profile = options.skipProfileCreation ? undefined : (options.profile ?? 'local');
    // Not stopped by Ctrl-C: the cluster runs by now, and this is how it is found.
    if (profile !== undefined) await storeProfile(profile, cluster.profile, { env, talk: cli.talk });
    await announce(cluster, { profile, foreground: options.foreground, tookMs: performance.now() - began }, cli);
    if (options.foreground) await attend(cluster, cli);
  } finally {
    if (options.foreground) await cluster.stop();
  }
}

interface Started {
  readonly profile: string | undefined;
  readonly foreground: boolean;
  readonly tookMs: number;
}

async function announce(cluster: Cluster, { profile, foreground, tookMs }: Started, cli: Cli): Promise<void> {
  const { out, talk, globals } = cli;
  const { endpoint, members, dataDir } = cluster;
  const format = formatOf(cli);
  if (isForPrograms(format)) {
    await printValue(cli, { endpoint, dataDir, profile: profile ?? null, members }, format);
    return;
  }
  const spus = members.length - 1;
  const took = formatElapsed(tookMs);
  if (!globals.quiet)
    await out.line(`cluster ready at ${endpoint}: 1 controller, ${spus} SPU${spus === 1 ? '' : 's'} (${took})`);
  talk.note(`data in ${dataDir}; it goes on until ${foreground ? 'Ctrl-C' : 'flv cluster shutdown'}`);
  if (profile !== undefined) talk.note(`profile '${profile}' leads to it and is the current one`);
  const target = profile === undefined ? ` -c ${endpoint}${tlsFlags(cluster.tls)}` : '';
  talk.note('try:');
  talk.note(`  flv${target} topic create greetings`);
  talk.note(`  echo hello | flv${target} produce greetings`);
  talk.note(`  flv${target} consume greetings -B -d`);
}

/** Waits for the end, and tells of processes that end before. */
async function attend(cluster: Cluster, { signal, talk }: Cli): Promise<void> {
  const told = new Set<string>();
  const look = setInterval(() => {
    for (const { name, logFile, alive } of clusterStatus(cluster.dataDir).members) {
      if (alive || told.has(name)) continue;
      told.add(name);
      talk.warn(`process ${name} has ended (its log is ${logFile}); the others go on`);
    }
  }, LOOK_MS);
  try {
    await new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
  } finally {
    clearInterval(look);
  }
}

/** How to name the certificates where no profile does. */
function tlsFlags(tls: Cluster['tls']): string {
  if (tls === undefined) return '';
  const { ca, cert, key } = tls.paths;
  const client = cert === undefined || key === undefined ? '' : ` --client-cert ${cert} --client-key ${key}`;
  return ` --tls --domain ${tls.domain} --ca-cert ${ca}${client}`;
}

async function start(options: ClusterStart['options'], dataDir: string, cli: Cli): Promise<Cluster> {
  const { scPubAddr, scPrivAddr, spuPort, spu, anyPort } = options;
  const { signal, talk, globals } = cli;
  if (scPrivAddr !== undefined && !LOOPBACK.includes(scPrivAddr.host)) {
    throw new UsageError(
      `--sc-priv-addr: '${scPrivAddr.host}' is not this machine's own address`,
      'the servers of an embedded cluster talk to each other on 127.0.0.1 only',
    );
  }
  const host = scPubAddr?.host;
  const what = `starting a controller and ${spu} SPU${spu === 1 ? '' : 's'}`;
  const began = performance.now();
  const tick = setInterval(() => talk.progress(`${what} … ${formatElapsed(performance.now() - began)}`), TICK_MS);
  try {
    return await startCluster({
      mode: 'processes',
      dataDir,
      lifetime: options.foreground ? 'attached' : 'detached',
      ...securityOf(options),
      spus: spu,
      signal,
      ports: anyPort ? 'any' : 'fixed',
      spuPorts: spuPort,
      ...(host !== undefined && { host }),
      ...(scPubAddr !== undefined && { scPort: scPubAddr.port }),
      ...(scPrivAddr !== undefined && { scPrivatePort: scPrivAddr.port }),
      ...(globals.timeout !== undefined && { startTimeoutMs: Math.max(1, globals.timeout) }),
    });
  } catch (error) {
    throw inOurWords(error, spu);
  } finally {
    clearInterval(tick);
    talk.clear();
  }
}

const OPTIONS: Readonly<Record<string, string>> = {
  scPort: '--sc-pub-addr',
  scPrivatePort: '--sc-priv-addr',
  spuPorts: '--spu-port',
};

/** Errors that name an option name that of this command; one about a cluster that runs says how it is made larger. */
function inOurWords(error: unknown, wanted: number): unknown {
  if (isFluvioError(error, 'cluster/data-dir-in-use')) {
    const { dataDir, pid } = error.context;
    const spus = (embeddedStatus(dataDir)?.members.length ?? 1) - 1;
    return cliError('cluster/data-dir-in-use', { dataDir, pid, spus, wanted }, error);
  }
  if (!isFluvioError(error, 'cluster/port-taken')) return error;
  const { host, port, option } = error.context;
  return cliError('cluster/port-taken', { host, port, option: OPTIONS[option] ?? option }, error);
}
