/** The seam between a cluster and its servers: what a server is told, and what can be done to it, wherever it runs. */
import type { Address } from '@fluvio-ts/protocol';
import type { FaultOrder } from '../faults/fault.ts';
import type { ClusterSettings } from '../options.ts';
import type { ProcessMark } from '../processes/identity.ts';

/** A server of the cluster: the SC, or an SPU by its id. */
export type MemberId = 'sc' | number;

/** The name of a server, as its log file has it. */
export const memberName = (id: MemberId): string => (id === 'sc' ? 'sc' : `spu-${id}`);

/** What a server is told when it starts. It can be written as JSON. */
export type MemberTask = {
  readonly dataDir: string;
  readonly settings: ClusterSettings;
  /** Faults that it begins with. */
  readonly faults: readonly FaultOrder[];
} & (ScTask | SpuTask);

interface ScTask {
  readonly member: 'sc';
  readonly port: number;
  readonly privatePort: number;
  /** Whether metadata is flushed to the device. */
  readonly durable: boolean;
  /** Who starts the SPUs of SPU groups: the one that started this SC, or the SC itself. */
  readonly managedSpus: 'launcher' | 'self';
}

interface SpuTask {
  readonly member: 'spu';
  readonly id: number;
  readonly name: string;
  readonly port: number;
  /** The SC's private port. */
  readonly sc: Address;
  /** How far its clock is ahead of the system's. */
  readonly clockAheadMs: number;
}

/** A server, as it can be written down. */
export interface MemberRecord extends ProcessMark {
  /** `sc`, or `spu-` and the id. */
  readonly name: string;
  /** Id of an SPU; undefined for the SC. */
  readonly id?: number;
  /** Where clients connect. */
  readonly address: Address;
  /** The SC's port for SPUs. */
  readonly privateAddress?: Address;
  /** What the process writes; undefined for a server inside of another program. */
  readonly logFile?: string;
}

/** An SPU that belongs to an SPU group. */
export interface ManagedSpu {
  readonly id: number;
  readonly name: string;
}

/** Runs the SPUs of SPU groups, for an SC. */
export interface ManagedSpus {
  /** Starts those that do not run. Rejects when one of them cannot; then none of those that it started stays. */
  start(spus: readonly ManagedSpu[]): Promise<void>;
  /** Ends them, and resolves when they are gone. */
  stop(spus: readonly ManagedSpu[]): Promise<void>;
}

/** What a server is asked to do, while it runs. */
export type MemberOrder =
  /** The SC: to answer when the metadata shows an SPU as offline, or the time is over. */
  | { readonly order: 'until-offline'; readonly id: number; readonly timeoutMs: number }
  /** An SPU: to set its clock ahead, and to remove what is too old by then. */
  | { readonly order: 'advance-clock'; readonly byMs: number }
  /** The SC: to have another replica lead a partition, and to answer when it does. */
  | { readonly order: 'move-leader'; readonly topic: string; readonly partition: number; readonly spu: number }
  /** An SPU: to remove the oldest records of a partition, and to answer with an {@link Evicted}. */
  | { readonly order: 'evict'; readonly topic: string; readonly partition: number; readonly upTo: bigint }
  /** To strike requests from now on, or no more. */
  | { readonly order: 'fault'; readonly fault: FaultOrder }
  | { readonly order: 'clear-fault'; readonly id: number };

/** What an SPU has left of a partition. */
export interface Evicted {
  readonly leads: boolean;
  readonly startOffset: bigint;
}

/** A server that runs, or has run. */
export interface RunningMember {
  readonly record: MemberRecord;
  readonly state: 'running' | 'frozen' | 'ended';
  /** Ends it at once: nothing more is written, flushed or said. */
  kill(): Promise<void>;
  /** Ends it in good order. */
  shutdown(): Promise<void>;
  /** Stops it in its tracks: its connections stay, and it says nothing. */
  freeze(): void;
  /** Lets it go on. */
  thaw(): void;
  /** The SC's alone: waits until the system topic is online; false if that does not happen. */
  settled(): Promise<boolean>;
  /** Asks it to do something, and resolves with its answer; undefined where there is no way to ask. Rejects with what it says. */
  ask(order: MemberOrder): Promise<unknown>;
  /** Lets it survive the one that started it, which cannot ask it any more. */
  release(): void;
}

/** What a server that starts may need of the one who starts it. */
export interface StartContext {
  /** Ends the server, whether it has started by then or not. */
  readonly signal: AbortSignal;
  /** For an SC. */
  readonly managedSpus: ManagedSpus;
  /** Told of every request that a fault strikes. */
  readonly onStruck: (fault: number) => void;
}

/** Starts servers: inside of this process, or as processes of their own. Rejects with what the server says. */
export type StartMember = (task: MemberTask, context: StartContext) => Promise<RunningMember>;
