/** The follower's side of replication: one connection to each SPU that leads what this one follows. */
import type { Address, Transport } from '@fluvio-ts/protocol';
import { scanBatches } from '@fluvio-ts/protocol';
import type { Session } from '@fluvio-ts/protocol/internal';
import { startSession } from '@fluvio-ts/protocol/internal';
import type { Logger } from '../logger.ts';
import { reasonOf } from '../logger.ts';
import type { Peer } from '../private/messages.ts';
import type { ReplicaReply, ReplicaWant } from '../private/replication.ts';
import { PullReplicas } from '../private/replication.ts';
import { cutFor, isCurrent } from '../replication/leader.ts';
import type { BatchRun, PlacedBatch } from '../storage/batch-run.ts';
import { pause } from './pause.ts';
import type { Replica } from './replica.ts';
import type { Replicas } from './replicas.ts';

/** What following needs. */
export interface FollowingOptions {
  readonly spuId: number;
  readonly replicas: Replicas;
  readonly transport: Transport;
  readonly log: Logger;
}

/** See the file's head. */
export interface Following {
  /** Where the other SPUs are. */
  meet(peers: readonly Peer[]): void;
  stop(): void;
}

/** The connection to one leader. */
interface Source {
  /** The replica may have something to ask for. */
  ask(name: string): void;
  /** The leader is somewhere else, or has come back. */
  moved(): void;
  stop(): void;
}

const FIRST_BACKOFF_MS = 20;
const LONGEST_BACKOFF_MS = 250;
const CONNECT_TIMEOUT_MS = 2000;
/** The leader answers far more often. */
const PULL_TIMEOUT_MS = 30_000;

/** Follows whatever the replicas say they follow. */
export function startFollowing({ spuId, replicas, transport, log }: FollowingOptions): Following {
  const sources = new Map<number, Source>();
  let peers = new Map<number, Address>();

  const sourceOf = (leader: number): Source => {
    let source = sources.get(leader);
    if (source === undefined) {
      source = startSource({ spuId, leader, replicas, transport, log, addressOf: () => peers.get(leader) });
      sources.set(leader, source);
    }
    return source;
  };

  const known = new Map<string, string>();
  const unwatch = replicas.watch((replica) => {
    const { leadership, name } = replica;
    if (leadership === undefined || replica.state === 'gone' || leadership.leader === spuId) {
      known.delete(name);
      return;
    }
    // Only another reign is news: what follows from records and their answers is asked for by itself.
    const reign = `${replica.incarnation} ${leadership.leader} ${leadership.epoch}`;
    if (known.get(name) === reign) return;
    known.set(name, reign);
    sourceOf(leadership.leader).ask(name);
  });

  return {
    meet(all) {
      const before = peers;
      peers = new Map(all.filter(({ port }) => port > 0).map(({ id, host, port }) => [id, { host, port }]));
      for (const [id, source] of sources) if (before.get(id)?.port !== peers.get(id)?.port) source.moved();
    },
    stop() {
      unwatch();
      for (const source of sources.values()) source.stop();
      sources.clear();
    },
  };
}

interface SourceOptions extends FollowingOptions {
  readonly leader: number;
  readonly addressOf: () => Address | undefined;
}

function startSource({ spuId, leader, replicas, transport, log, addressOf }: SourceOptions): Source {
  const stopping = new AbortController();
  const asked = new Set<string>();
  let pump: () => void = () => {};
  let running = false;
  let backoff = new AbortController();
  let session: Session | undefined;

  const follows = (replica: Replica | undefined): replica is Replica =>
    replica?.leadership?.leader === leader && (replica.state === 'open' || replica.state === 'full');

  const wantOf = (name: string): ReplicaWant[] => {
    const replica = replicas.get(name);
    if (!follows(replica)) return [];
    return [
      {
        replica: replica.key,
        incarnation: replica.incarnation,
        epoch: replica.leadership?.epoch ?? 0,
        offset: BigInt(replica.endOffset),
        lastEpoch: replica.shape.lastEpoch,
        highWatermark: BigInt(replica.highWatermark),
        startOffset: BigInt(replica.leaderStartOffset),
      },
    ];
  };

  const serve = async (open: Session): Promise<void> => {
    let pulls = 0;
    let scheduled = false;
    const pull = async (): Promise<void> => {
      const names = [...asked];
      asked.clear();
      pulls++;
      const request = { spuId, wants: names.flatMap(wantOf) };
      const { replies } = await open.call(PullReplicas, request, { timeoutMs: PULL_TIMEOUT_MS });
      pulls--;
      for (const reply of replies) await take(reply);
      pump();
    };
    pump = () => {
      if (scheduled || open.isClosed || (asked.size === 0 && pulls > 0)) return;
      scheduled = true;
      queueMicrotask(() => {
        scheduled = false;
        if (open.isClosed || (asked.size === 0 && pulls > 0)) return;
        pull().catch((error) => open.close(reasonOf(error)));
      });
    };
    for (const replica of replicas.all()) if (follows(replica)) asked.add(replica.name);
    pump();
    await open.closed;
    pump = () => {};
  };

  /** Does what the leader says, if it is still about this log. */
  const take = async (reply: ReplicaReply): Promise<void> => {
    const name = `${reply.replica.topic}-${reply.replica.partition}`;
    const replica = replicas.get(name);
    if (!follows(replica) || replica.incarnation !== reply.incarnation) return;
    const { shape, leadership } = replica;
    const answers = { offset: Number(reply.offset), lastEpoch: reply.lastEpoch };
    if (leadership?.epoch !== reply.epoch || !isCurrent(answers, shape)) return;
    const { verdict } = reply;
    try {
      switch (verdict.kind) {
        case 'diverged': {
          const endOffset = cutFor({ epoch: verdict.epoch, endOffset: Number(verdict.endOffset) }, shape);
          log('info', 'cutting off what the leader does not have', { partition: name, from: endOffset });
          replica.truncate(endOffset);
          break;
        }
        case 'restart':
          log('info', 'beginning anew behind what the leader has removed', { partition: name });
          replica.restartAt(Number(verdict.startOffset));
          break;
        case 'send':
          if (verdict.records.length > 0) replica.appendCopy(runOf(verdict.records));
          await replica.flushForLeader();
          replica.learnHighWatermark(Number(reply.highWatermark));
          replica.learnStartOffset(Number(reply.startOffset));
      }
      asked.add(name);
    } catch (error) {
      log('error', 'a record of the leader could not be stored', { partition: name, reason: reasonOf(error) });
      // Without room on the device it is tried again; a replica that has failed does not ask any more.
      if (follows(replica)) setTimeout(() => source.ask(name), LONGEST_BACKOFF_MS).unref();
    }
  };

  const connect = async (): Promise<Session | undefined> => {
    const address = addressOf();
    if (address === undefined) return undefined;
    const signal = AbortSignal.any([stopping.signal, AbortSignal.timeout(CONNECT_TIMEOUT_MS)]);
    const pipe = await transport.connect({ kind: 'spu', id: leader, name: `spu-${leader}`, address }, { signal });
    return startSession(pipe, { server: 'spu', clientId: `spu-${spuId}`, signal });
  };

  const run = async (): Promise<void> => {
    let backoffMs = FIRST_BACKOFF_MS;
    while (!stopping.signal.aborted && [...replicas.all()].some(follows)) {
      try {
        session = await connect();
        if (session !== undefined) {
          backoffMs = FIRST_BACKOFF_MS;
          if (stopping.signal.aborted) session.close('the SPU is stopping');
          await serve(session);
        }
      } catch (error) {
        log('debug', 'no connection to a leader', { leader, reason: reasonOf(error) });
      }
      session = undefined;
      if (stopping.signal.aborted) break;
      backoff = new AbortController();
      await pause(backoffMs, AbortSignal.any([stopping.signal, backoff.signal]));
      backoffMs = backoff.signal.aborted ? FIRST_BACKOFF_MS : Math.min(backoffMs * 2, LONGEST_BACKOFF_MS);
    }
    running = false;
  };

  const source: Source = {
    ask(name) {
      asked.add(name);
      pump();
      if (running) return;
      running = true;
      void run();
    },
    moved() {
      session?.close('the leader is somewhere else');
      backoff.abort();
    },
    stop() {
      stopping.abort();
      session?.close('the SPU is stopping');
    },
  };
  return source;
}

/** Whole batches as a run. */
export function runOf(bytes: Uint8Array): BatchRun {
  const batches: PlacedBatch[] = [];
  scanBatches(bytes, ({ position, size, lastOffsetDelta, leaderEpoch }) => {
    batches.push({ position, sizeBytes: size, count: lastOffsetDelta + 1, epoch: leaderEpoch });
  });
  return { bytes, batches };
}
