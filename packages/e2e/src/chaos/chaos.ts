/**
 * Producers and consumers at work on replicated topics, while the processes of their cluster are killed, frozen and
 * restarted, and their connections cut: by a seed, so that it can be done again. What was acknowledged as committed is looked for
 * after each round, on every replica, and what every kind of reader has read is compared with it.
 */
import { tcp } from '@fluvio-ts/adapter-tcp';
import type { Partition } from '@fluvio-ts/admin';
import { admin } from '@fluvio-ts/admin';
import type { Client } from '@fluvio-ts/client';
import { connect } from '@fluvio-ts/client';
import type { Cluster } from '@fluvio-ts/cluster';
import { startCluster } from '@fluvio-ts/cluster';
import { startHistory } from './history.ts';
import { hookLinks } from './links.ts';
import type { Misfortune } from './misfortune.ts';
import { misfortune } from './misfortune.ts';
import { readByName } from './named-reading.ts';
import { produce } from './producing.ts';
import type { Random } from './random.ts';
import { randomFrom } from './random.ts';
import { readByTime, readCommitted, readFiltered, readUncommitted } from './reading.ts';
import { differences } from './replicas.ts';
import type { UnreliableTransport } from './unreliable.ts';
import { unreliable } from './unreliable.ts';

/** What is to be done. */
export interface ChaosOptions {
  readonly seed: number;
  readonly faults: number;
  /** Faults between two looks at what is stored. Default: all. */
  readonly faultsPerRound?: number;
  /** How many replicas must have a record for it to be committed. Default 1, as that of a cluster. */
  readonly minInSyncReplicas?: number;
  /** Longest pause between two faults, in milliseconds. */
  readonly pauseMs: number;
  /** Folder of the cluster's data, which stays. Default: a temporary one. */
  readonly dataDir?: string;
  readonly log?: (line: string) => void;
}

/** What came of it. */
export interface ChaosReport {
  /** What went wrong, in sentences. The run ends with the first round in which something does. */
  readonly problems: readonly string[];
  /** How often each fault struck. */
  readonly faults: Readonly<Record<string, number>>;
  readonly acknowledged: number;
  readonly rejected: number;
  /** Acknowledged by a leader alone, as asked for, and lost with it. */
  readonly lost: number;
  /** How often a reader of uncommitted records was told that some of them are lost. */
  readonly gaps: number;
  /** How often the named consumer began anew. */
  readonly turns: number;
  readonly stored: number;
  /** How often the leader of a partition changed. */
  readonly elections: number;
  /** Longest time in which no record of any producer was acknowledged, in milliseconds. */
  readonly longestSilenceMs: number;
}

const PARTITIONS = 3;
const SPU_TIMEOUT_MS = 600;
/** How long the cluster may take to come together when it is left in peace. */
const PEACE_MS = 20_000;

const NOTHING = {
  acknowledged: 0,
  rejected: 0,
  lost: 0,
  gaps: 0,
  turns: 0,
  stored: 0,
  elections: 0,
  longestSilenceMs: 0,
};

const COUNTS = ['acknowledged', 'rejected', 'lost', 'gaps', 'turns', 'stored', 'elections'] as const;

interface Scene {
  readonly cluster: Cluster;
  readonly transport: UnreliableTransport;
  readonly observer: Client;
  readonly fate: Misfortune;
  readonly random: Random;
  readonly pauseMs: number;
}

/** Runs it. */
export async function chaos(options: ChaosOptions): Promise<ChaosReport> {
  const { seed, faults, faultsPerRound = faults, pauseMs, dataDir, log = () => {} } = options;
  const random = randomFrom(seed);
  const links = hookLinks();
  const total = { ...NOTHING };
  try {
    await using cluster = await startCluster({
      mode: 'processes',
      spus: 3,
      heartbeatMs: 100,
      spuTimeoutMs: SPU_TIMEOUT_MS,
      minInSyncReplicas: options.minInSyncReplicas ?? 1,
      ...(dataDir === undefined ? {} : { dataDir }),
    });
    const transport = unreliable(tcp());
    await using observer = await connect({ endpoint: cluster.endpoint, transport: tcp() });
    const fate = misfortune({ cluster, links, transport, observer, random, spuTimeoutMs: SPU_TIMEOUT_MS, log });
    const scene: Scene = { cluster, transport, observer, fate, random, pauseMs };
    for (let done = 0, number = 1; done < faults; number++) {
      const count = Math.min(faultsPerRound, faults - done);
      const { problems, ...round } = await playRound(scene, `chaos-${number}`, count);
      done += count;
      for (const key of COUNTS) total[key] += round[key];
      total.longestSilenceMs = Math.max(total.longestSilenceMs, round.longestSilenceMs);
      log(`round ${number}: ${done} of ${faults} faults, ${JSON.stringify(round)}`);
      if (problems.length > 0) return { problems, faults: fate.counts, ...total };
    }
    return { problems: [], faults: fate.counts, ...total };
  } finally {
    links.release();
  }
}

/** A topic of its own, faults, and a look at what has become of its records. */
async function playRound(scene: Scene, topic: string, faults: number): Promise<Omit<ChaosReport, 'faults'>> {
  const { cluster, transport, observer, fate, random, pauseMs } = scene;
  await admin(observer).topics.create(topic, { partitions: PARTITIONS, replicationFactor: 3, segmentBytes: 100_000 });
  const client = await connect({ endpoint: cluster.endpoint, transport, requestTimeoutMs: 1_000 });
  try {
    const history = startHistory();
    const peace = new AbortController();
    const producers = Promise.all([
      ...['a', 'b'].map((name) => produce(client, topic, name, history, peace.signal)),
      produce(client, topic, 'c', history, peace.signal, true),
    ]);
    const fast = readCommitted(client, topic, 'fast');
    const uncommitted = readUncommitted(client, topic, fast.notes);
    const named = readByName(client, topic, randomFrom(random(0x7fff_ffff)));
    const readers = [
      fast,
      readCommitted(client, topic, 'slow'),
      uncommitted,
      readByTime(client, topic),
      readFiltered(client, topic),
      named,
    ];
    const elections = countElections(observer, topic);
    for (let i = 0; i < faults; i++) {
      await pause(50 + random(pauseMs));
      await fate.strike(topic);
    }
    await fate.heal();
    peace.abort();
    await producers;
    const problems: string[] = [];
    const open = await unsettled(observer, topic);
    if (open !== undefined) problems.push(`the replicas did not come together: ${open}`);
    const stored = await readAll(observer, topic);
    problems.push(...history.problems(stored));
    for (const reader of readers) {
      problems.push(...(await reader.compare(stored, PEACE_MS)).map((problem) => `${reader.name}: ${problem}`));
    }
    const ids = cluster.spus.map(({ id }) => id);
    problems.push(...differences(cluster.dataDir, topic, PARTITIONS, ids));
    for (const reader of readers) await reader.close();
    if (problems.length === 0) await admin(observer).topics.delete(topic);
    return {
      problems,
      acknowledged: history.acknowledged,
      rejected: history.rejected,
      lost: history.lost,
      gaps: uncommitted.gaps(),
      turns: named.turns(),
      stored: [...stored.values()].reduce((sum, values) => sum + values.length, 0),
      elections: elections(),
      longestSilenceMs: Math.round(history.longestSilenceMs),
    };
  } finally {
    await client.close({ timeoutMs: 1_000 });
  }
}

/** Waits until every replica has everything; says what is amiss if they do not come together. */
async function unsettled(observer: Client, topic: string): Promise<string | undefined> {
  const isLevel = ({ status: { leader, replicas, resolution } }: Partition): boolean =>
    resolution === 'Online' &&
    leader.hw === leader.leo &&
    replicas.length === 2 &&
    replicas.every(({ leo }) => leo === leader.leo);
  const until = performance.now() + PEACE_MS;
  for (;;) {
    const open = (await admin(observer).partitions.list({ topic })).filter((partition) => !isLevel(partition));
    if (open.length === 0) return undefined;
    if (performance.now() > until) {
      return JSON.stringify(open, (_, value) => (typeof value === 'bigint' ? Number(value) : value));
    }
    await pause(50);
  }
}

/** Everything that is committed, checked for gaps. */
async function readAll(observer: Client, topic: string): Promise<Map<number, string[]>> {
  const all = new Map<number, string[]>();
  for (let partition = 0; partition < PARTITIONS; partition++) all.set(partition, []);
  const options = { start: 'beginning', until: 'end', isolation: 'read_committed' } as const;
  for await (const record of observer.consumer(topic, options)) {
    const own = all.get(record.partition) ?? [];
    if (record.offset !== BigInt(own.length)) throw new Error(`${record.partition} has a gap at ${own.length}`);
    own.push(record.text());
  }
  return all;
}

/** Counts changes of leaders until it is asked. */
function countElections(observer: Client, topic: string): () => number {
  const stop = new AbortController();
  let count = 0;
  (async () => {
    for await (const event of admin(observer).partitions.watch({ signal: stop.signal })) {
      if (event.type !== 'updated' || !event.object.name.startsWith(`${topic}-`)) continue;
      if (event.before.spec.leader !== event.object.spec.leader) count++;
    }
  })().catch(() => {});
  return () => {
    stop.abort();
    return count;
  };
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
