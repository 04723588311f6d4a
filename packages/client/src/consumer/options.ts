/** How a consumer is made. */
import type { Isolation } from '@fluvio-ts/protocol';
import { clientError } from '../errors.ts';
import type { IsolationLevel } from '../isolation.ts';
import { isolationOf } from '../isolation.ts';
import { withDefaults } from '../options.ts';
import type { SmartModuleUse } from '../smartmodules.ts';
import type { PartitionChoice } from './partitions.ts';
import { checkPartitions } from './partitions.ts';
import type { StartOffset } from './position.ts';
import { checkStart } from './position.ts';
import type { ConsumerGap, ConsumerRetry, ConsumerSkip, ConsumerTransform, WhenEvicted } from './settings.ts';
import type { Until, UntilOffset } from './until.ts';
import { untilOf } from './until.ts';

/** Settings of a consumer. */
export interface ConsumerOptions {
  /** Which partitions of each topic. Default `all`, those that are added later included (from their beginning). */
  readonly partitions?: PartitionChoice;
  /** Where to start in each partition. Default `end`. */
  readonly start?: StartOffset;
  /** Where to end. Default: go on for ever. */
  readonly until?: UntilOffset;
  /**
   * In which order partitions are merged: `arrival` (default), or `time`, by the producers' clocks, as far as records are
   * stored when they are read. `time` cannot be had with `smartModules`.
   */
  readonly order?: 'arrival' | 'time';
  /**
   * Name under which the cluster stores how far this consumer is. Each partition starts behind what is stored, and at
   * `start` where nothing is. Two consumers that run under one name both get everything: Fluvio has no consumer groups.
   */
  readonly consumerId?: string;
  /** Whether to start behind the stored offset. Default true; `false` starts at `start`, and stores from there on. */
  readonly resume?: boolean;
  /**
   * How offsets are stored: by themselves, a record counting as done when the next one is asked for (default), or only
   * by {@link Consumer.commit}.
   */
  readonly commit?: 'auto' | 'manual';
  /** Milliseconds between two automatic commits. Default 5,000. */
  readonly commitIntervalMs?: number;
  /** `read_uncommitted` (default) reads to the log end, `read_committed` to the high watermark. */
  readonly isolation?: IsolationLevel;
  /** Bytes of records in one answer of an SPU. Default 1,048,576; less where many partitions share `prefetchBytes`. */
  readonly maxBytes?: number;
  /** Largest batch that is fetched where `maxBytes` is too small for even one. Default 67,108,864. */
  readonly maxBatchBytes?: number;
  /**
   * Bytes of all partitions together that may wait to be read before SPUs get credit for more. Each partition may have
   * one answer beyond it. Default 8,388,608.
   */
  readonly prefetchBytes?: number;
  /**
   * Whether answers grow, within half of `prefetchBytes`, while there is much to read and the SPU takes long for each.
   * Default true.
   */
  readonly adaptive?: boolean;
  /** Whether batches' checksums are verified. Default true. */
  readonly verifyCrc?: boolean;
  /** SmartModules that the SPU runs on the records, in order. Default none. */
  readonly smartModules?: readonly SmartModuleUse[];
  /** SmartModules that run in this process: `clientSmartModules()` of `@fluvio-ts/smartmodule`. Default none. */
  readonly transform?: ConsumerTransform;
  /**
   * What becomes of the stream when a SmartModule fails on a record: it ends with the error (`stop`, default), or leaves the
   * record out, with what the SPU dropped behind it, and tells `onSkip` (`skip`).
   */
  readonly onSmartModuleFailure?: 'stop' | 'skip';
  /**
   * What to do when retention removed the next record before it could be read. Default `earliest`, except that an
   * absolute `start` that is gone fails. With `fail`, so does a reader whose uncommitted records the next leader does not
   * have; otherwise it goes on where the two logs part.
   */
  readonly whenEvicted?: WhenEvicted;
  /**
   * Most attempts to resume a stream between two answers; the next failure ends the consumer. Pauses between them grow up to
   * 5 s. Default: no limit; 0 resumes nothing.
   */
  readonly retries?: number;
  /** Called when a stream is interrupted; it is resumed by itself, for ever. What it throws or rejects with ends the consumer. */
  readonly onRetry?: (retry: ConsumerRetry) => unknown;
  /**
   * Called when the stream goes on somewhere else than wanted: retention removed records before they could be read, or uncommitted
   * ones were lost with their leader. What it throws ends the consumer.
   */
  readonly onGap?: (gap: ConsumerGap) => unknown;
  /** Called when a record was left out because a SmartModule failed on it. What it throws ends the consumer. */
  readonly onSkip?: (skip: ConsumerSkip) => unknown;
  /** Called when offsets could not be stored; they are tried again with the next ones. */
  readonly onCommitError?: (error: unknown) => unknown;
  /** Ends the consumer: a pending read rejects with `request/aborted`. */
  readonly signal?: AbortSignal;
}

const DEFAULTS = {
  partitions: 'all',
  start: 'end',
  order: 'arrival',
  resume: true,
  commit: 'auto',
  commitIntervalMs: 5_000,
  isolation: 'read_uncommitted',
  maxBytes: 1_048_576,
  maxBatchBytes: 67_108_864,
  prefetchBytes: 8_388_608,
  adaptive: true,
  verifyCrc: true,
  smartModules: [],
  onSmartModuleFailure: 'stop',
  retries: Number.POSITIVE_INFINITY,
} as const;

/** The largest batch that can be read. */
const MOST_BYTES = 128 * 1024 * 1024;

/** Options with their defaults. */
export type ConsumerSettings = Omit<ReturnType<typeof withDefaults<typeof DEFAULTS, ConsumerOptions>>, 'isolation'> & {
  readonly isolation: Isolation;
  readonly ending: Until;
};

/** Resolves and checks options. @throws `option/invalid` */
export function consumerSettings(options: ConsumerOptions): ConsumerSettings {
  const settings = withDefaults(DEFAULTS, options);
  checkStart(settings.start);
  checkPartitions(settings.partitions);
  for (const option of ['maxBytes', 'maxBatchBytes', 'prefetchBytes'] as const) {
    const value = settings[option];
    if (!Number.isSafeInteger(value) || value < 1 || value > MOST_BYTES) {
      throw invalid(option, `must be a whole number of bytes from 1 to ${MOST_BYTES}, not ${value}`);
    }
  }
  const { retries } = settings;
  if (!(retries === Number.POSITIVE_INFINITY || (Number.isSafeInteger(retries) && retries >= 0))) {
    throw invalid('retries', `must be a whole number from 0, or Infinity, not ${retries}`);
  }
  oneOf('order', settings.order, ['arrival', 'time']);
  oneOf('commit', settings.commit, ['auto', 'manual']);
  oneOf('onSmartModuleFailure', settings.onSmartModuleFailure, ['stop', 'skip']);
  if (settings.whenEvicted !== undefined) oneOf('whenEvicted', settings.whenEvicted, ['earliest', 'latest', 'fail']);
  if (settings.consumerId === '') throw invalid('consumerId', 'is empty');
  const { commitIntervalMs } = settings;
  if (!(commitIntervalMs > 0 && commitIntervalMs <= 0x7fff_ffff)) {
    throw invalid('commitIntervalMs', `must be a number above 0 and at most 2147483647, not ${commitIntervalMs}`);
  }
  if (settings.order === 'time' && settings.smartModules.length > 0) {
    throw invalid(
      'order',
      "cannot be 'time' with smartModules: what they leave out is not told, so that the order is not known",
    );
  }
  return { ...settings, isolation: isolationOf(settings.isolation), ending: untilOf(options.until) };
}

function oneOf(option: string, value: unknown, words: readonly string[]): void {
  if (!words.includes(value as string)) throw invalid(option, `is '${value}', but must be one of ${words.join(', ')}`);
}

const invalid = (option: string, reason: string): Error => clientError('option/invalid', { option, reason });
