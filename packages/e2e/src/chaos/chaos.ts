/**
 * Producers and consumers at work on a replicated topic, while the processes of their cluster are killed, frozen and
 * restarted, and their connections cut: by a seed, so that it can be done again.
 */
import { tcp } from '@fluvio-ts/adapter-tcp';
import type { Partition } from '@fluvio-ts/admin';
import { admin } from '@fluvio-ts/admin';
import type { Client } from '@fluvio-ts/client';
import { connect } from '@fluvio-ts/client';
import type { Cluster } from '@fluvio-ts/cluster';
import { startCluster } from '@fluvio-ts/cluster';
import { startHistory } from './history.ts';
import { differences } from './replicas.ts';
import type { UnreliableTransport } from './unreliable.ts';
import { unreliable } from './unreliable.ts';

/** What is to be done. */
export interface ChaosOptions {
  readonly seed: number;
  readonly faults: number;
  /** Longest pause between two faults, in milliseconds. */
  readonly pauseMs: number;
  readonly log?: (line: string) => void;
}

/** What came of it. */
export interface ChaosReport {
  /** What went wrong, in sentences. */
  readonly problems: readonly string[];
  readonly faults: Readonly<Record<string, number>>;
  readonly acknowledged: number;
  readonly rejected: number;
  readonly stored: number;
  /** How often the leader of a partition changed. */
  readonly elections: number;
}

const TOPIC = 'chaos';
const PARTITIONS = 3;
const SPU_TIMEOUT_MS = 600;
/** How long the cluster may take to come together when it is left in peace. */
const PEACE_MS = 20_000;

/** Runs it. */
export async function chaos({ seed, faults, pauseMs, log = () => {} }: ChaosOptions): Promise<ChaosReport> {
  const random = randomFrom(seed);
  const cluster = await startCluster({
    mode: 'processes',
    spus: 3,

    heartbeatMs: 100,
    spuTimeoutMs: SPU_TIMEOUT_MS,
  });
  const transport = unreliable(tcp());
  const client = await connect({ endpoint: cluster.endpoint, transport, requestTimeoutMs: 1_000 });
  const observer = await connect({ endpoint: cluster.endpoint, transport: tcp() });
  try {
    await admin(observer).topics.create(TOPIC, { partitions: PARTITIONS, replicationFactor: 3, segmentBytes: 100_000 });
    const history = startHistory();
    const peace = new AbortController();
    const producers = ['a', 'b'].map((name) => produce(client, name, history, peace.signal));
    const readers = [0, 1].map(() => read(client));
    const elections = countElections(observer);
    const { counts, revive } = misfortune(cluster, transport, random, log);
    for (let i = 0; i < faults; i++) {
      await pause(50 + random(pauseMs));
      await counts.strike(observer);
    }
    await revive();
    peace.abort();
    await Promise.all(producers);
    const problems: string[] = [];
    const ends = await settled(observer);
    if (ends === undefined) problems.push('the replicas did not come together');
    const stored = await readAll(observer);
    problems.push(...history.problems(stored));
    for (const [i, reader] of readers.entries()) {
      for (const problem of await reader.compare(stored)) problems.push(`reader ${i}: ${problem}`);
    }
    await client.close({ timeoutMs: 1_000 });
    const seen = elections();
    await observer.close({ timeoutMs: 1_000 });
    await Promise.all(cluster.spus.map(({ id }) => cluster.shutdown(id)));
    problems.push(...differences(cluster.dataDir, TOPIC, PARTITIONS, [5001, 5002, 5003]));
    return {
      problems,
      faults: counts.all,
      acknowledged: history.acknowledged,
      rejected: history.rejected,
      stored: [...stored.values()].reduce((sum, values) => sum + values.length, 0),
      elections: seen,
    };
  } finally {
    await client.close({ timeoutMs: 100 });
    await observer.close({ timeoutMs: 100 });
    await cluster.stop();
  }
}

/** Sends until there is peace, a number of records at a time, and waits for all of them. */
async function produce(
  client: Client,
  name: string,
  history: ReturnType<typeof startHistory>,
  peace: AbortSignal,
): Promise<void> {
  const producer = await client.producer(TOPIC, {
    isolation: 'read_committed',
    ackTimeoutMs: 5_000,
    deliveryTimeoutMs: 60_000,
  });
  const worker = async (key: string): Promise<void> => {
    while (!peace.aborted) {
      const batch = Array.from({ length: 10 }, async () => {
        const { value, settle } = history.send(key);
        await producer.send({ key, value }).then(settle, () => settle('rejected'));
      });
      await Promise.all(batch);
    }
  };
  await Promise.all(Array.from({ length: 8 }, (_, i) => worker(`${name}${i}`)));
  await producer.close();
}

/** Reads committed records as they come. */
function read(client: Client) {
  const problems: string[] = [];
  const values = new Map<number, string[]>();
  let wake: () => void = () => {};
  const consumer = client.consumer(TOPIC, { start: 'beginning', isolation: 'read_committed' });
  const reading = (async () => {
    for await (const record of consumer) {
      const own = values.get(record.partition) ?? [];
      values.set(record.partition, own);
      if (record.offset !== BigInt(own.length)) problems.push(`${record.offset} comes after ${own.length} records`);
      own.push(record.text());
      wake();
    }
  })().catch((error) => problems.push(`it ended: ${String(error)}`));
  const count = (): number => [...values.values()].reduce((sum, own) => sum + own.length, 0);
  return {
    /** Waits until everything has been read, and compares it with what is stored. */
    async compare(stored: ReadonlyMap<number, readonly string[]>): Promise<readonly string[]> {
      const all = [...stored.values()].reduce((sum, own) => sum + own.length, 0);
      const until = performance.now() + PEACE_MS;
      while (count() < all && performance.now() < until) {
        await Promise.race([new Promise<void>((resolve) => (wake = resolve)), pause(100)]);
      }
      for (const [partition, own] of stored) {
        const mine = values.get(partition) ?? [];
        const at = own.findIndex((value, offset) => mine[offset] !== value);
        if (at >= 0) problems.push(`offset ${at} of partition ${partition} is not what is stored`);
      }
      await Promise.race([reading, pause(0)]);
      return problems;
    },
  };
}

/** The faults, and the way back from them. */
function misfortune(
  cluster: Cluster,
  transport: UnreliableTransport,
  random: (below: number) => number,
  log: (line: string) => void,
) {
  const all: Record<string, number> = {};
  const dead = new Set<number>();
  const frozen = new Set<number>();
  let scDead = false;
  const ids = [5001, 5002, 5003];

  const reviveSc = async (): Promise<void> => {
    if (!scDead) return;
    scDead = false;
    await cluster.restart('sc');
  };
  const heal = async (): Promise<void> => {
    // An SPU that starts waits for the SC.
    await reviveSc();
    for (const id of [...frozen]) {
      frozen.delete(id);
      await cluster.thaw(id);
    }
    for (const id of [...dead]) {
      dead.delete(id);
      await cluster.restart(id);
    }
  };
  const able = (): number[] => ids.filter((id) => !dead.has(id) && !frozen.has(id));
  const leaderNow = async (observer: Client): Promise<number> => {
    if (scDead) return ids[random(3)] as number;
    const partitions = await admin(observer).partitions.list({ topic: TOPIC });
    return partitions[random(partitions.length)]?.spec.leader ?? 5001;
  };

  const faults: Readonly<Record<string, (observer: Client) => Promise<void>>> = {
    'kill a leader': async (observer) => {
      const id = await leaderNow(observer);
      if (frozen.has(id) || dead.has(id)) return;
      await cluster.kill(id);
      dead.add(id);
    },
    'freeze a leader': async (observer) => {
      const id = await leaderNow(observer);
      if (frozen.has(id) || dead.has(id)) return;
      await cluster.freeze(id);
      frozen.add(id);
      // Sometimes longer than the SC waits, sometimes not.
      await pause(random(3) === 0 ? 100 : SPU_TIMEOUT_MS + random(600));
    },
    'kill and restart at once': async (observer) => {
      const id = await leaderNow(observer);
      if (frozen.has(id) || dead.has(id)) return;
      await cluster.kill(id);
      await reviveSc();
      await cluster.restart(id);
    },
    'stop in good order': async () => {
      const id = able()[random(able().length)];
      if (id === undefined) return;
      await cluster.shutdown(id);
      dead.add(id);
    },
    'kill the SC': async () => {
      if (scDead) return;
      await cluster.kill('sc');
      scDead = true;
    },
    'cut connections': async () => {
      for (let i = 0; i < 3; i++) transport.cut(random(1000));
    },
  };

  return {
    counts: {
      all,
      async strike(observer: Client): Promise<void> {
        // Two of three may be away at once, and then all come back.
        if (able().length < 2 || random(3) === 0) await heal();
        if (scDead && random(2) === 0) await reviveSc();
        const names = Object.keys(faults);
        const name = names[random(names.length)] as string;
        log(`${name} (away: ${[...dead, ...frozen].join(' ')}${scDead ? ' sc' : ''})`);
        await faults[name]?.(observer);
        all[name] = (all[name] ?? 0) + 1;
      },
    },
    revive: heal,
  };
}

/** Waits until every replica has everything; undefined if they do not come together. */
async function settled(observer: Client): Promise<readonly Partition[] | undefined> {
  const until = performance.now() + PEACE_MS;
  for (;;) {
    const partitions = await admin(observer).partitions.list({ topic: TOPIC });
    const level = partitions.every(
      ({ status: { leader, replicas, resolution } }) =>
        resolution === 'Online' &&
        leader.hw === leader.leo &&
        replicas.length === 2 &&
        replicas.every(({ leo }) => leo === leader.leo),
    );
    if (level) return partitions;
    if (performance.now() > until) return undefined;
    await pause(50);
  }
}

/** Everything that is committed, checked for gaps. */
async function readAll(observer: Client): Promise<Map<number, string[]>> {
  const all = new Map<number, string[]>();
  for (let partition = 0; partition < PARTITIONS; partition++) all.set(partition, []);
  const options = { start: 'beginning', until: 'end', isolation: 'read_committed' } as const;
  for await (const record of observer.consumer(TOPIC, options)) {
    const own = all.get(record.partition) ?? [];
    if (record.offset !== BigInt(own.length)) throw new Error(`${record.partition} has a gap at ${own.length}`);
    own.push(record.text());
  }
  return all;
}

/** Counts changes of leaders until it is asked. */
function countElections(observer: Client): () => number {
  const stop = new AbortController();
  let count = 0;
  (async () => {
    for await (const event of admin(observer).partitions.watch({ signal: stop.signal })) {
      if (event.type === 'updated' && event.before.spec.leader !== event.object.spec.leader) count++;
    }
  })().catch(() => {});
  return () => {
    stop.abort();
    return count;
  };
}

function randomFrom(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
