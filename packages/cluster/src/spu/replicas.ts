/** The replicas of one SPU: opened, replaced and removed as the SC assigns them. */
import { join } from 'node:path';
import type { ReplicaKey } from '@fluvio-ts/protocol';
import type { Logger } from '../logger.ts';
import { reasonOf } from '../logger.ts';
import type { AssignedPartition, Assignments, ReplicaReport } from '../private/messages.ts';
import type { FsyncPolicy } from '../storage/fsync.ts';
import type { Replica } from './replica.ts';
import { openReplica } from './replica.ts';
import { replicaFolders } from './replica-folders.ts';

/** How replicas are kept. */
export interface ReplicasOptions {
  readonly spuId: number;
  /** Folder of all replicas of this SPU. */
  readonly dir: string;
  readonly fsync: FsyncPolicy;
  readonly log: Logger;
}

/** All replicas of an SPU. */
export interface Replicas {
  /** The replica of a partition that this SPU leads. */
  find(topic: string, partition: number): Replica | undefined;
  /** Does what the SC says. Reports call `onChange` when they have news. */
  apply(assignments: Assignments): void;
  /** How every replica stands, or those that changed since the last call. */
  reports(which: 'all' | 'changed'): ReplicaReport[];
  /** Calls `listener` after a replica moved on, and urgently after one came or changed its state. */
  onChange(listener: (urgent: boolean) => void): void;
  /** Flushes and closes everything. */
  close(): Promise<void>;
}

/** How often high watermarks are written down. */
const CHECKPOINT_INTERVAL_MS = 1000;

/** Makes an empty set; {@link Replicas.apply} fills it. */
export function openReplicas({ spuId, dir, fsync, log }: ReplicasOptions): Replicas {
  const folders = replicaFolders(dir, log);
  const replicas = new Map<string, Replica>();
  /** Replicas whose folder cannot be opened; they stay offline until the SPU restarts. */
  const broken = new Set<string>();
  const changed = new Set<string>();
  let changeListener: (urgent: boolean) => void = () => {};

  const touch = (name: string, urgent: boolean): void => {
    changed.add(name);
    changeListener(urgent);
  };

  const open = (name: string, { replica: key, incarnation, spec }: AssignedPartition, clusterId: string): void => {
    try {
      folders.claim(name, { clusterId, incarnation });
      const replica = openReplica({ key, incarnation, spec, dir: join(dir, name), fsync, log });
      let { state } = replica;
      replica.subscribe(() => {
        const urgent = replica.state !== state;
        state = replica.state;
        touch(name, urgent);
      });
      replicas.set(name, replica);
      broken.delete(name);
      touch(name, true);
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
    replica?.close('keep');
    folders.remove(name, clusterId);
  };

  const applyOne = (assigned: AssignedPartition, clusterId: string): void => {
    const name = nameOf(assigned.replica);
    const present = replicas.get(name);
    if (assigned.spec.leader !== spuId) {
      if (present !== undefined) remove(name, clusterId);
      return;
    }
    if (present !== undefined && present.incarnation !== assigned.incarnation) remove(name, clusterId);
    if (!replicas.has(name) && !broken.has(name)) open(name, assigned, clusterId);
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
  const flushes =
    typeof fsync === 'object'
      ? setInterval(() => {
          // A failed flush has failed its replica, which has said so.
          for (const replica of replicas.values()) replica.flush().catch(() => {});
        }, fsync.intervalMs)
      : undefined;
  flushes?.unref();

  return {
    find: (topic, partition) => replicas.get(`${topic}-${partition}`),
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
      const names = which === 'all' ? [...replicas.keys()] : [...changed];
      changed.clear();
      return names.flatMap((name) => {
        const replica = replicas.get(name);
        return replica === undefined ? [] : [reportOf(replica)];
      });
    },
    onChange(listener) {
      changeListener = listener;
    },
    async close() {
      clearInterval(maintenance);
      clearInterval(flushes);
      for (const replica of replicas.values()) {
        if (fsync !== 'never') await replica.flush().catch(() => {});
        replica.close('keep');
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
    resolution: replica.state === 'full' ? 'OutOfStorage' : replica.state === 'open' ? 'Online' : 'Offline',
    startOffset: BigInt(replica.startOffset),
    logEndOffset: BigInt(replica.endOffset),
    highWatermark: BigInt(replica.highWatermark),
    sizeBytes: BigInt(replica.sizeBytes),
  };
}
