/** What can happen to a cluster, and the way back from it. */
import { admin } from '@fluvio-ts/admin';
import type { Client } from '@fluvio-ts/client';
import type { Cluster } from '@fluvio-ts/cluster';
import type { LinkEnd, Links } from './links.ts';
import type { Random } from './random.ts';
import type { UnreliableTransport } from './unreliable.ts';

/** What misfortune strikes. */
export interface MisfortuneOptions {
  readonly cluster: Cluster;
  readonly links: Links;
  /** The clients' connections. */
  readonly transport: UnreliableTransport;
  readonly observer: Client;
  readonly random: Random;
  /** Silence after which the SC takes an SPU for dead. */
  readonly spuTimeoutMs: number;
  readonly log: (line: string) => void;
}

/** See the file's head. */
export interface Misfortune {
  /** How often each thing happened. */
  readonly counts: Readonly<Record<string, number>>;
  /** Lets something happen to a topic. */
  strike(topic: string): Promise<void>;
  /** Brings everybody back. */
  heal(): Promise<void>;
}

/** Makes misfortunes that follow from a seed, as far as the leaders of that moment do. */
export function misfortune(options: MisfortuneOptions): Misfortune {
  const { cluster, links, transport, observer, random, spuTimeoutMs, log } = options;
  const counts: Record<string, number> = {};
  const dead = new Set<number>();
  const frozen = new Set<number>();
  let scDead = false;
  /** What will happen next: each thing as often as any other, in an order of chance. */
  let deck: string[] = [];
  const ids = cluster.spus.map(({ id }) => id);
  const able = (): number[] => ids.filter((id) => !dead.has(id) && !frozen.has(id));
  const pidOf = (id: number): number => cluster.members.find((member) => member.id === id)?.pid ?? 0;
  const oneOf = <T>(items: readonly T[]): T | undefined => items[random(items.length)];

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

  /** A leader that can be struck. */
  const leaderOf = async (topic: string): Promise<number | undefined> => {
    const partitions = scDead ? [] : await admin(observer).partitions.list({ topic });
    const id = oneOf(partitions)?.spec.leader ?? oneOf(ids);
    return id !== undefined && able().includes(id) ? id : undefined;
  };
  const cutLinks = async (end: LinkEnd): Promise<boolean> => {
    const id = oneOf(able());
    return id !== undefined && (await links.cut(pidOf(id), end)) > 0;
  };
  const stallLinks = async (end: LinkEnd): Promise<boolean> => {
    const id = oneOf(able());
    return id !== undefined && (await links.stall(pidOf(id), end, 100 + random(3 * spuTimeoutMs))) > 0;
  };

  /** Each says whether it could happen. */
  const faults: Readonly<Record<string, (topic: string) => Promise<boolean>>> = {
    'kill a leader': async (topic) => {
      const id = await leaderOf(topic);
      if (id === undefined) return false;
      dead.add(id);
      await cluster.kill(id);
      return true;
    },
    'kill a leader that is ahead': async (topic) => {
      const id = await leaderOf(topic);
      if (id === undefined || able().length < ids.length) return false;
      // Its followers stay in sync as far as the SC knows, and one of them is elected without what they did not get.
      const others = ids.filter((other) => other !== id);
      await Promise.all(others.map((other) => links.stall(pidOf(other), 'peers', spuTimeoutMs)));
      await pause(random(spuTimeoutMs >> 1));
      dead.add(id);
      await cluster.kill(id);
      return true;
    },
    'freeze a leader': async (topic) => {
      const id = await leaderOf(topic);
      if (id === undefined) return false;
      frozen.add(id);
      await cluster.freeze(id);
      // Sometimes longer than the SC waits, sometimes not.
      await pause(random(3) === 0 ? 100 : spuTimeoutMs + random(600));
      if (random(2) === 0) return true;
      frozen.delete(id);
      await cluster.thaw(id);
      return true;
    },
    'kill and restart at once': async (topic) => {
      const id = await leaderOf(topic);
      if (id === undefined) return false;
      await cluster.kill(id);
      await reviveSc();
      await cluster.restart(id);
      return true;
    },
    'stop in good order': async () => {
      const id = oneOf(able());
      if (id === undefined) return false;
      dead.add(id);
      await cluster.shutdown(id);
      return true;
    },
    'kill the SC': async () => {
      if (scDead) return false;
      scDead = true;
      await cluster.kill('sc');
      return true;
    },
    'restart the SC': async () => {
      if (!scDead) await cluster.kill('sc');
      scDead = true;
      await reviveSc();
      return true;
    },
    'freeze the SC': async () => {
      if (scDead) return false;
      await cluster.freeze('sc');
      await pause(100 + random(2 * spuTimeoutMs));
      await cluster.thaw('sc');
      return true;
    },
    'cut connections of clients': async () => {
      if (transport.open === 0) return false;
      for (let i = 0; i < 3; i++) transport.cut(random(1000));
      return true;
    },
    'cut an SPU from its leaders': () => cutLinks('peers'),
    'cut an SPU from its SC': () => cutLinks('sc'),
    'stall an SPU behind its leaders': () => stallLinks('peers'),
    'stall an SPU behind its SC': () => stallLinks('sc'),
  };

  const draw = (): string => {
    if (deck.length === 0) deck = Object.keys(faults);
    return deck.splice(random(deck.length), 1)[0] as string;
  };

  return {
    counts,
    async strike(topic) {
      for (;;) {
        // Two of three may be away at once, and then all come back.
        if (able().length < 2 || random(3) === 0) await heal();
        if (scDead && random(2) === 0) await reviveSc();
        const name = draw();
        const away = [...dead, ...frozen, ...(scDead ? ['sc'] : [])].join(' ');
        const struck = await faults[name]?.(topic);
        log(`${name}${struck ? '' : ': not now'} (away: ${away})`);
        if (!struck) continue;
        counts[name] = (counts[name] ?? 0) + 1;
        return;
      }
    },
    heal,
  };
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
