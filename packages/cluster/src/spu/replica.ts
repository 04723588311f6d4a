/** What a replica of a partition is. */
import type { Isolation, PartitionSpec, ReplicaKey } from '@fluvio-ts/protocol';
import type { InSyncProposal, LogShape, Progress, Verdict, Want } from '../replication/leader.ts';
import type { Leadership } from '../replication/leadership.ts';
import type { BatchRun } from '../storage/batch-run.ts';
import type { ReadRange } from '../storage/read-batches.ts';

/** How replicas are kept alike. */
export interface ReplicationSettings {
  /** How many replicas must be in sync for records to be committed. */
  readonly minInSyncReplicas: number;
  /** How long an in-sync follower may lack records, in milliseconds. */
  readonly replicaLagMs: number;
}

/**
 * - `open`: it reads and writes.
 * - `full`: its device had no room for the last append; the next may succeed.
 * - `failed`: a write failed in a way that makes further ones unsafe; it reads, and writes again after a restart. The SC has
 *   another replica lead, where there is one in sync.
 * - `gone`: its topic was deleted, or its SPU is stopping.
 */
export type ReplicaState = 'open' | 'full' | 'failed' | 'gone';

/** A replica. What it does depends on its {@link Leadership}: it takes records of producers, or copies those of a leader. */
export interface Replica {
  readonly key: ReplicaKey;
  /** Topic and number, joined by a hyphen. */
  readonly name: string;
  readonly incarnation: string;
  readonly spec: PartitionSpec;
  readonly state: ReplicaState;
  /** What the SC said last; undefined until it has. */
  readonly leadership: Leadership | undefined;
  /** Whether this SPU leads, in the reign of `epoch` where one is given. */
  leads(epoch?: number): boolean;
  /** Takes what the SC decided, if it is news. Those who wait for records of another reign are sent away. */
  assign(leadership: Leadership): void;
  /** Batches above this many bytes are refused. */
  readonly largestBatchBytes: number;
  readonly startOffset: number;
  readonly endOffset: number;
  /** Records below it are committed: enough replicas have stored them as safely as the cluster was told to. */
  readonly highWatermark: number;
  /** Records below it are as safe on this SPU as its policy says. */
  readonly safeOffset: number;
  readonly sizeBytes: number;
  /** The log, for the rules of replication. */
  readonly shape: LogShape;
  /** How far a reader sees. */
  limit(isolation: Isolation): number;
  /** Writes batches as a leader, and returns the first offset. @throws `storage/full`, `storage/io` */
  append(run: BatchRun): number;
  /** Writes batches as a follower. @throws as {@link Replica.append} */
  appendCopy(run: BatchRun): void;
  /** Takes the leader's word for what is committed. */
  learnHighWatermark(offset: number): void;
  /** Cuts off what the leader does not have. @throws `storage/io`, `storage/corrupt` */
  truncate(endOffset: number): void;
  /** Removes what is committed and lies in closed segments that end at or before `offset`. @throws `storage/io` */
  removeBefore(offset: number): void;
  /** As a leader: removes what retention no longer keeps at this time. @throws `storage/io` */
  retain(nowMs: number): void;
  /** As a follower: takes the leader's word for what is removed. @throws `storage/io` */
  learnStartOffset(offset: number): void;
  /** What the leader of this reign last said of its start. */
  readonly leaderStartOffset: number;
  /** Drops everything and goes on at an offset. @throws `storage/io` */
  restartAt(offset: number): void;
  /** As a leader: what becomes of a follower's want. */
  onWant(want: Want): Verdict;
  /** As a leader: how far the followers are. */
  readonly followers: readonly Progress[];
  /** As a leader: the change of the in-sync set that is due. */
  propose(): InSyncProposal | undefined;
  /**
   * Waits until everything below `offset` is committed: undefined when it is already, else whether it was in time. Rejects
   * when the replica fails, goes, or stops leading meanwhile: with `cluster/deposed` for the last.
   */
  committed(offset: number, timeoutMs: number): Promise<boolean> | undefined;
  /** Waits until {@link Replica.safeOffset} is there; otherwise as {@link Replica.committed}. */
  stored(offset: number, timeoutMs: number): Promise<boolean> | undefined;
  /** As {@link Log.read}. */
  read(range: ReadRange): Uint8Array;
  /** Calls `listener` after the replica moved on or went, at most once per turn of the event loop. Returns how to stop. */
  subscribe(listener: () => void): () => void;
  /** Flushes what has not been flushed, when the policy says so; resolves when it is done. */
  flush(): Promise<void>;
  /** As a follower: flushes if leaders may count a record only when it is on the device. */
  flushForLeader(): Promise<void>;
  /** Writes the high watermark down, if it moved. */
  checkpoint(): void;
  /** Closes the files; `delete` removes them, `abandon` does not even write the high watermark down. Listeners hear of it. */
  close(how: 'keep' | 'delete' | 'abandon'): void;
}
