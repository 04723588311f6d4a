/** The replicas of one SPU: opened, replaced and removed as the SC assigns them. */
import { join } from 'node:path';
import type { ReplicaKey } from '@fluvio-ts/protocol';
import type { Clock } from '../clock.ts';
import type { Logger } from '../logger.ts';
import { reasonOf } from '../logger.ts';
import type { AssignedPartition, Assignments, InSyncChange, ReplicaReport } from '../private/messages.ts';
import type { FsyncPolicy } from '../storage/fsync.ts';
import { openReplica } from './open-replica.ts';
import type { Replica, ReplicationSettings } from './replica.ts';
import { replicaFolders } from './replica-folders.ts';

/** How replicas are kept. */
export interface ReplicasOptions {
  readonly spuId: number;
  /** Folder of all replicas of this SPU. */
  readonly dir: string;
  readonly fsync: FsyncPolicy;
  readonly replication: ReplicationSettings;
  readonly retention: RetentionSettings;
  readonly log: Logger;
}

/** How retention is looked after. */
export interface RetentionSettings {
  readonly clock: Clock;
  /** How often. */
  readonly checkMs: number;
}

/** All replicas of an SPU. */
export interface Replicas {
  /** The replica of a partition, if this SPU leads it. */
  find(topic: string, partition: number): Replica | undefined;
  /** The replica of a partition, whoever leads it. */
  get(name: string): Replica | undefined;
  all(): IterableIterator<Replica>;
  /** Does what the SC says. Reports call `onChange` when they have news. */
  apply(assignments: Assignments): void;
  /** How every replica that this SPU leads stands, or those that changed since the last call. */
  reports(which: 'all' | 'changed'): ReplicaReport[];
  /** The changes of in-sync sets that are due. */
  inSyncChanges(): InSyncChange[];
  /** Says that {@link Replicas.inSyncChanges} has news. */
  hurry(): void;
  /** Removes what retention no longer keeps. */
  retain(): void;
  /** Calls `listener` with the replica that came, went, moved on, or got another leader. Returns how to stop. */
  watch(listener: (replica: Replica) => void): () => void;
  /** Calls `listener` after a replica moved on, and urgently after one came or changed its state. */
  onChange(listener: (urgent: boolean) => void): void;
  /** Closes everything; `abandon` leaves undone what a killed process leaves undone. */
  close(how: 'flush' | 'abandon'): Promise<void>;
}

/** How often high watermarks are written down. */
const CHECKPOINT_INTERVAL_MS = 1000;

/** Makes an empty set; {@link Replicas.apply} fills it. */
export function openReplicas({ spuId, dir, fsync, replication, retention, log }: ReplicasOptions): Replicas {
  const folders = replicaFolders(dir, log);
  const replicas = new Map<string, Replica>();
  /** Replicas whose folder cannot be opened; they stay offline until the SPU restarts. */
  const broken = new Set<string>();
  const changed = new Set<string>();
  /** How far followers were in the last report. They go on without their leader, so that its own news do not tell of it. */
  const followersTold = new Map<string, string>();
  const watchers = new Set<(replica: Replica) => void>();
  let changeListener: (urgent: boolean) => void = () => {};

  const touch = (name: string, urgent: boolean): void => {
    changed.add(name);
    changeListener(urgent);
  };

  const tell = (replica: Replica): void => {
    for (const watcher of [...watchers]) watcher(replica);
  };

  const open = (name: string, { replica: key, incarnation, spec }: AssignedPartition, clusterId: string): void => {
    try {
      folders.claim(name, { clusterId, incarnation });
      const place = { dir: join(dir, name), fsync, replication, log };
      const replica = openReplica({ self: spuId, key, incarnation, spec, ...place });
      let { state } = replica;
      replica.subscribe(() => {
        const urgent = replica.state !== state;
        state = replica.state;
        if (replica.leads()) touch(name, urgent);
        tell(replica);
      });
      replicas.set(name, replica);
      broken.delete(name);
    } catch (error) {
      broken.add(name);
      log('error', 'a partition cannot be opened and stays offline', { partition: name, reason: reasonOf(error) });
    }
  };

  const remove = (name: string, clusterId: string): void => {
    const replica = replicas.get(name);
    replicas.delete(name);
    broken.delete(name);
    changed.delete(name);
    followersTold.delete(name);
    replica?.close('keep');
    folders.remove(name, clusterId);
  };

  const applyOne = (assigned: AssignedPartition, clusterId: string): void => {
    const name = nameOf(assigned.replica);
    const present = replicas.get(name);
    if (present !== undefined && present.incarnation !== assigned.incarnation) remove(name, clusterId);
    if (!replicas.has(name) && !broken.has(name)) open(name, assigned, clusterId);
    const replica = replicas.get(name);
    if (replica === undefined) return;
    const { spec, epoch, version, inSync } = assigned;
    replica.assign({ leader: spec.leader, epoch, version, inSync });
    if (replica.leads()) touch(name, true);
    tell(replica);
  };

  const maintenance = setInterval(() => {
    for (const replica of replicas.values()) {
      try {
        replica.checkpoint();
      } catch (error) {
        log('warn', 'a high watermark could not be written down', { ...replica.key, reason: reasonOf(error) });
      }
    }
  }, CHECKPOINT_INTERVAL_MS);
  maintenance.unref();
  const retain = (): void => {
    const now = retention.clock.now();
    for (const replica of replicas.values()) {
      try {
        replica.retain(now);
      } catch (error) {
        log('warn', 'old records could not be removed', { partition: replica.name, reason: reasonOf(error) });
      }
    }
  };
  const retaining = setInterval(retain, retention.checkMs);
  retaining.unref();
  const flushes =
    typeof fsync === 'object'
      ? setInterval(() => {
          // A failed flush has failed its replica, which has said so.
          for (const replica of replicas.values()) replica.flush().catch(() => {});
        }, fsync.intervalMs)
      : undefined;
  flushes?.unref();

  return {
    find(topic, partition) {
      const replica = replicas.get(`${topic}-${partition}`);
      return replica?.leads() === true ? replica : undefined;
    },
    get: (name) => replicas.get(name),
    all: () => replicas.values(),
    apply({ clusterId, everything, updated, removed }) {
      if (everything) {
        const known = new Set(updated.map(({ replica }) => nameOf(replica)));
        for (const name of [...replicas.keys(), ...broken]) if (!known.has(name)) remove(name, clusterId);
        folders.removeAllBut(known, clusterId);
      }
      for (const assigned of updated) applyOne(assigned, clusterId);
      for (const key of removed) remove(nameOf(key), clusterId);
    },
    reports(which) {
      const all = which === 'all';
      const reported: ReplicaReport[] = [];
      for (const [name, replica] of replicas) {
        if (!replica.leads()) continue;
        const followers = replica.followers.map(({ spu, endOffset }) => `${spu} ${endOffset}`).join();
        if (!all && !changed.has(name) && followersTold.get(name) === followers) continue;
        followersTold.set(name, followers);
        reported.push(reportOf(replica));
      }
      changed.clear();
      return reported;
    },
    inSyncChanges() {
      const changes: InSyncChange[] = [];
      for (const replica of replicas.values()) {
        const epoch = replica.leadership?.epoch;
        const change = epoch === undefined ? undefined : replica.propose();
        if (change === undefined || epoch === undefined) continue;
        changes.push({ replica: replica.key, incarnation: replica.incarnation, epoch, ...change });
      }
      return changes;
    },
    hurry: () => changeListener(true),
    retain,
    watch(listener) {
      watchers.add(listener);
      return () => watchers.delete(listener);
    },
    onChange(listener) {
      changeListener = listener;
    },
    async close(how) {
      clearInterval(maintenance);
      clearInterval(retaining);
      clearInterval(flushes);
      for (const replica of replicas.values()) {
        if (how === 'flush' && fsync !== 'never') await replica.flush().catch(() => {});
        replica.close(how === 'flush' ? 'keep' : 'abandon');
      }
      replicas.clear();
    },
  };
}

const nameOf = ({ topic, partition }: ReplicaKey): string => `${topic}-${partition}`;

function reportOf(replica: Replica): ReplicaReport {
  return {
    replica: replica.key,
    incarnation: replica.incarnation,
    epoch: replica.leadership?.epoch ?? 0,
    followers: replica.followers.map(({ spu, endOffset }) => ({ spu, logEndOffset: BigInt(endOffset) })),
    resolution: replica.state === 'full' ? 'OutOfStorage' : replica.state === 'open' ? 'Online' : 'Offline',
    startOffset: BigInt(replica.startOffset),
    logEndOffset: BigInt(replica.endOffset),
    highWatermark: BigInt(replica.highWatermark),
    sizeBytes: BigInt(replica.sizeBytes),
  };
}
