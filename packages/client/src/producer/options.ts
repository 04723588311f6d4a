/** The settings of a producer, with their defaults and limits. */
import type { CodecName, Isolation } from '@fluvio-ts/protocol';
import { clientError } from '../errors.ts';
import type { IsolationLevel } from '../isolation.ts';
import { isolationOf } from '../isolation.ts';
import type { Defaulted } from '../options.ts';
import { withDefaults } from '../options.ts';
import type { SmartModuleUse } from '../smartmodules.ts';
import type { ProducerBatch, ProducerFailure, ProducerRetry } from './events.ts';

/**
 * Chooses the partition of a record that names none: an index below `count`. `online` lists the partitions that have a live
 * leader, in ascending order; it may be empty for a moment.
 */
export type Partitioner = (
  record: { readonly key: Uint8Array | null; readonly value: Uint8Array | string },
  partitions: { readonly count: number; readonly online: readonly number[] },
) => number;

/** Settings of a producer. */
export interface ProducerOptions {
  /** Milliseconds to wait for more records before a batch that is not full is sent. Default 0: send as soon as nothing is in flight. */
  readonly lingerMs?: number;
  /** Size at which a batch is full, bytes. Default 65,536, or the topic's segment size if that is less. */
  readonly batchBytes?: number;
  /** Largest request, and so the largest record, bytes before compression. Default 1,048,576. */
  readonly maxRequestBytes?: number;
  /** Bytes of unsettled records, and of what is kept for each, at which the buffer is full. Default 33,554,432. */
  readonly bufferBytes?: number;
  /** What a full buffer does to the next record: `wait` in line (default), or `reject` it with `produce/buffer-full`. */
  readonly whenFull?: 'wait' | 'reject';
  /** Milliseconds within which a record is acknowledged or rejected, retries included and `lingerMs` not. Default 120,000. */
  readonly deliveryTimeoutMs?: number;
  /**
   * `atLeastOnce` (default): what may have been lost is sent again, so that a copy may be stored, too (`mayBeDuplicate`).
   * `atMostOnce`: it is rejected with `produce/unconfirmed`; what was certainly not stored is still sent again.
   */
  readonly delivery?: 'atLeastOnce' | 'atMostOnce';
  /** Most attempts after the first, pauses between them growing up to 5 s. Default as many as `deliveryTimeoutMs` allows. */
  readonly retries?: number;
  /** `read_uncommitted` (default): acknowledged when the leader has stored it; `read_committed`: when all in-sync replicas have. */
  readonly isolation?: IsolationLevel;
  /** Milliseconds that the leader may wait for replicas. Default 1,500. */
  readonly ackTimeoutMs?: number;
  /** How batches are compressed; needs that codec among the `codecs` of `connect()`. Default as the topic's rule says, else `none`. */
  readonly compression?: CodecName;
  /** Sends all records to this partition, unless one names its own. */
  readonly partition?: number;
  /** Sends all records to the partition that mirrors to or from this cluster; for topics of mirrors. */
  readonly mirror?: string;
  /**
   * Where a record goes that names no partition. `round-robin` (default) and `sticky` place a key as every other client does;
   * without a key records take turns among the partitions that are online, or go to one of them until its batch is sent.
   * A function decides for all.
   */
  readonly partitioner?: 'round-robin' | 'sticky' | Partitioner;
  /** Run by the SPU on the records before they are stored. Offsets of results are then those of a batch in which nothing was dropped. */
  readonly smartModules?: readonly SmartModuleUse[];
  /** Hears of every batch that is settled, acknowledged or not. */
  readonly onBatch?: (batch: ProducerBatch) => unknown;
  /** Hears of every attempt that failed and will be repeated. */
  readonly onRetry?: (retry: ProducerRetry) => unknown;
  /** Hears of records of `enqueue` that were not delivered. Without it `flush` and `close` reject with `produce/undelivered`. */
  readonly onFailure?: (failure: ProducerFailure) => unknown;
}

const DEFAULTS = {
  lingerMs: 0,
  batchBytes: 65_536,
  maxRequestBytes: 1_048_576,
  bufferBytes: 33_554_432,
  whenFull: 'wait',
  deliveryTimeoutMs: 120_000,
  delivery: 'atLeastOnce',
  retries: Number.POSITIVE_INFINITY,
  isolation: 'read_uncommitted',
  ackTimeoutMs: 1_500,
  partitioner: 'round-robin',
} as const satisfies ProducerOptions;

/** Settings with every default in place. */
export type ProducerSettings = Omit<Defaulted<typeof DEFAULTS, ProducerOptions>, 'isolation'> & {
  readonly isolation: Isolation;
};

/** A timer cannot wait longer. */
const LONGEST_MS = 0x7fff_ffff;

const LEAST = {
  lingerMs: 0,
  batchBytes: 1,
  maxRequestBytes: 1,
  bufferBytes: 1,
  deliveryTimeoutMs: 1,
  retries: 0,
  ackTimeoutMs: 1,
} as const;

const CHOICES = {
  whenFull: ['wait', 'reject'],
  delivery: ['atLeastOnce', 'atMostOnce'],
  compression: ['none', 'gzip', 'snappy', 'lz4', 'zstd'],
} as const;

/** The options over the defaults. @throws `option/invalid` */
export function settingsOf(options: ProducerOptions): ProducerSettings {
  const settings = withDefaults(DEFAULTS, options);
  const refuse = (option: string, reason: string): Error => clientError('option/invalid', { option, reason });
  for (const [option, least] of Object.entries(LEAST)) {
    const value: unknown = settings[option as keyof typeof LEAST];
    const most = option.endsWith('Ms')
      ? LONGEST_MS
      : option === 'retries'
        ? Number.POSITIVE_INFINITY
        : Number.MAX_SAFE_INTEGER;
    if (typeof value !== 'number' || !(value >= least && value <= most)) {
      throw refuse(option, `must be a number from ${least} to ${most}, not ${String(value)}`);
    }
  }
  for (const [option, choices] of Object.entries(CHOICES)) {
    const value: unknown = settings[option as keyof typeof CHOICES];
    if (value === undefined && option === 'compression') continue;
    if (!(choices as readonly unknown[]).includes(value)) {
      throw refuse(option, `must be one of ${choices.join(', ')}, not ${String(value)}`);
    }
  }
  const { partitioner, partition, mirror } = settings;
  if (typeof partitioner !== 'function' && partitioner !== 'round-robin' && partitioner !== 'sticky') {
    throw refuse('partitioner', `must be round-robin, sticky or a function, not ${String(partitioner)}`);
  }
  if (partition !== undefined && mirror !== undefined) throw refuse('mirror', 'excludes the option partition');
  return { ...settings, isolation: isolationOf(settings.isolation) };
}
