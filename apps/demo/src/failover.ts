/** Kills the SPU that leads some of the partitions while records go in and out, and starts it again. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Partition } from '@fluvio-ts/admin';
import { admin } from '@fluvio-ts/admin';
import type { Client } from '@fluvio-ts/client';
import type { Cluster } from '@fluvio-ts/cluster';
import type { Progress } from './progress.ts';
import { screen } from './screen.ts';

/** What happened. */
export interface Failover {
  /** Partitions that had no leader for a while. */
  readonly orphaned: readonly number[];
  /** From the kill until the controller showed another leader for each of them. */
  readonly electedMs: number;
  /** When the kill was, on the clock of the {@link Progress}. */
  readonly killedAtMs: number;
}

/** How long the killed one has to have everything again. */
const CATCH_UP_MS = 60_000;
const LOOK_MS = 50;

/** Waits for the moment, and does it. Resolves when the killed SPU runs again. */
export async function failover(
  cluster: Cluster,
  client: Client,
  topic: string,
  progress: Progress,
  signal: AbortSignal,
): Promise<Failover> {
  await progress.reached;
  signal.throwIfAborted();
  const { partitions } = admin(client);
  const before = await partitions.list({ topic, signal });
  const victim = before[0]?.spec.leader ?? 0;
  const orphaned = before.filter(({ spec }) => spec.leader === victim).map(({ index }) => index);
  const followed = followLeaders(client, topic, orphaned, victim, signal);
  await followed.begun;

  const { acknowledged, received } = progress.counts();
  const pid = cluster.members.find(({ id }) => id === victim)?.pid;
  const killedAtMs = progress.nowMs();
  await cluster.kill(victim);
  screen.step(
    `killed SPU ${victim} (pid ${pid}, SIGKILL), leader of ${named(orphaned)}: ` +
      `${number(acknowledged)} records were acknowledged by then, ${number(received)} read back`,
  );
  const leaders = await followed.elected;
  const electedMs = progress.nowMs() - killedAtMs;
  const led = [...leaders].map(([partition, leader]) => `${partition} → SPU ${leader}`).join(', ');
  screen.step(`new leaders elected after ${electedMs.toFixed(0)} ms: ${led}`);

  const beganMs = progress.nowMs();
  await cluster.restart(victim);
  screen.step(`started SPU ${victim} again in ${((progress.nowMs() - beganMs) / 1000).toFixed(1)} s; it follows now`);
  return { orphaned, electedMs, killedAtMs };
}

/** Waits until every replica has every record again; how many there are, and false if they do not come together. */
export async function caughtUp(client: Client, topic: string, signal: AbortSignal): Promise<number | false> {
  const until = performance.now() + CATCH_UP_MS;
  for (;;) {
    const all = await admin(client).partitions.list({ topic, signal });
    if (all.every(isLevel)) return all.reduce((sum, { spec }) => sum + spec.replicas.length, 0);
    if (performance.now() > until) return false;
    await pause(LOOK_MS, undefined, { signal });
  }
}

const isLevel = ({ spec, status: { leader, replicas, resolution } }: Partition): boolean =>
  resolution === 'Online' &&
  leader.hw === leader.leo &&
  replicas.length === spec.replicas.length - 1 &&
  replicas.every(({ leo }) => leo === leader.leo);

/** Watches who leads, until all of these partitions have another leader. */
function followLeaders(
  client: Client,
  topic: string,
  orphaned: readonly number[],
  victim: number,
  signal: AbortSignal,
): { readonly begun: Promise<void>; readonly elected: Promise<ReadonlyMap<number, number>> } {
  let begin: () => void = () => {};
  const begun = new Promise<void>((resolve) => {
    begin = resolve;
  });
  const elected = (async () => {
    const leaders = new Map<number, number>();
    for await (const event of admin(client).partitions.watch({ signal })) {
      if (event.type === 'synced') begin();
      else if (event.type === 'updated') {
        const { topic: of, index, spec, status } = event.object;
        if (of !== topic || !orphaned.includes(index)) continue;
        if (spec.leader !== victim && status.resolution === 'Online') leaders.set(index, spec.leader);
      }
      if (leaders.size === orphaned.length) break;
    }
    return leaders;
  })();
  // Whoever is stopped hears of it where it waits.
  elected.catch(() => {});
  elected.catch(() => begin());
  return { begun, elected };
}

const number = (value: number): string => value.toLocaleString('en-US');
const named = (partitions: readonly number[]): string =>
  partitions.length === 1 ? `partition ${partitions[0]}` : `partitions ${partitions.join(', ')}`;
