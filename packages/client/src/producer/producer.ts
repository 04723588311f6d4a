/** The producer of one topic: chooses partitions, bounds memory, and settles every record exactly once. */
import type { FluvioError, Isolation } from '@fluvio-ts/protocol';
import { EMPTY_BATCH_BYTES, partitionForKey, recordSize } from '@fluvio-ts/protocol';
import type { StopSignal } from '@fluvio-ts/protocol/internal';
import type { Cluster } from '../cluster.ts';
import { fanOut } from '../connection/fan-out.ts';
import { abortedError, deadline } from '../connection/timer.ts';
import { clientError } from '../errors.ts';
import { partitionCount, partitionName } from '../metadata/metadata.ts';
import { withDefaults } from '../options.ts';
import { byteBudget } from './buffer.ts';
import type { Lane } from './lane.ts';
import { lane } from './lane.ts';
import type { ProducerRecord, SendResult } from './result.ts';

/** Settings of a producer. */
export interface ProducerOptions {
  /** Milliseconds to wait for more records before a batch that is not full is sent. Default 0: send as soon as nothing is in flight. */
  readonly lingerMs?: number;
  /** Size at which a batch is full, bytes. Default 65,536, or the topic's segment size if that is less. */
  readonly batchBytes?: number;
  /** Largest request, and so the largest record, bytes. Default 1,048,576. */
  readonly maxRequestBytes?: number;
  /** Bytes of unsettled records at which `send` waits for room. Default 33,554,432. */
  readonly bufferBytes?: number;
  /** Milliseconds within which a record is acknowledged or rejected, retries included and `lingerMs` not. Default 120,000. */
  readonly deliveryTimeoutMs?: number;
  /** `read_uncommitted` (default): acknowledged when the leader has stored it; `read_committed`: when all in-sync replicas have. */
  readonly isolation?: Isolation;
  /** Milliseconds that the leader may wait for replicas. Default 1,500. */
  readonly ackTimeoutMs?: number;
}

/** Sends records to one topic. */
export interface Producer extends AsyncDisposable {
  readonly topic: string;
  /**
   * Sends one record; resolves when it is acknowledged. Records of one partition keep the order in which they were sent,
   * awaited or not. Key and value are copied at once, unless the buffer is full: so leave them alone until it settles.
   *
   * `signal` gives up waiting for room in the buffer; a record that has entered it is delivered or rejected regardless.
   *
   * The promise is the only one to hear of a failure. If nobody listens to it by then, the program hears of an unhandled
   * rejection, which ends a Node process: so collect the promises with `Promise.all` or `allSettled` before awaiting
   * anything else, or give each a `catch`.
   *
   * Waiting calls are not bounded, since each is a caller's own: await `send` now and then where records come faster than
   * the cluster takes them.
   *
   * @throws `produce/invalid-record`, `produce/too-large`, `produce/timeout`, `produce/buffer-full`, `produce/closed`, `partition/not-found`,
   *   `topic/not-found`, `server/error`, `request/aborted`, `client/closed`
   */
  send(record: ProducerRecord, options?: { readonly signal?: AbortSignal }): Promise<SendResult>;
  /**
   * Sends everything now, without lingering, and resolves when what was sent before is settled, however much follows it.
   * Rejections reach the callers of `send`.
   *
   * @throws `request/aborted`, `client/closed`
   */
  flush(options?: { readonly signal?: AbortSignal }): Promise<void>;
  /** Bytes of records that are accepted and not settled. */
  readonly bufferedBytes: number;
  /**
   * Takes no more, flushes, and rejects with `produce/closed` what is not settled after `timeoutMs` (default 10,000).
   * Safe to call twice.
   */
  close(options?: { readonly timeoutMs?: number }): Promise<void>;
}

const DEFAULTS = {
  lingerMs: 0,
  batchBytes: 65_536,
  maxRequestBytes: 1_048_576,
  bufferBytes: 33_554_432,
  deliveryTimeoutMs: 120_000,
  isolation: 'read_uncommitted',
  ackTimeoutMs: 1_500,
} as const;

/** Room for a batch's header and a record's framing inside a request. */
const ENVELOPE_BYTES = 128;
/** A text never has more bytes than this many times its characters. */
const MOST_BYTES_PER_CHARACTER = 3;
const CLOSE_TIMEOUT_MS = 10_000;
const utf8 = new TextEncoder();

/** The topic as the metadata has it: how many partitions, and which of them can take a record without a key. */
interface Partitions {
  readonly version: number;
  readonly count: number;
  readonly online: readonly number[];
}

/** Makes the producer of a topic, which must exist. @throws `topic/not-found`, `option/invalid`, `connect/timeout` */
export async function openProducer(
  cluster: Cluster,
  topic: string,
  options: ProducerOptions,
  onClose: (producer: Producer) => void,
): Promise<Producer> {
  const settings = checked(options);
  const { spec } = await cluster.topic(topic);
  const segmentBytes = spec.storage?.segmentSize ?? Number.POSITIVE_INFINITY;
  const batchBytes = Math.max(EMPTY_BATCH_BYTES, Math.min(settings.batchBytes, segmentBytes));
  const budget = byteBudget(settings.bufferBytes);
  const lanes = new Map<number, Lane>();
  let partitions: Partitions | undefined;
  const shared = fanOut();
  let turn = 0;
  let closing: Promise<void> | undefined;

  const current = (): Partitions => {
    const { metadata } = cluster;
    if (partitions !== undefined && partitions.version === metadata.version) return partitions;
    const known = metadata.topics.get(topic);
    // A topic that has vanished keeps its last shape: delivery then says that it is gone.
    const count = known === undefined ? (partitions?.count ?? 1) : partitionCount(known);
    const online: number[] = [];
    for (let i = 0; i < count; i++) {
      if (metadata.partitions.get(partitionName(topic, i))?.status.resolution === 'Online') online.push(i);
    }
    partitions = { version: metadata.version, count, online };
    return partitions;
  };

  const choose = (wanted: number | undefined, key: Uint8Array | null): number => {
    const { count, online } = current();
    if (wanted !== undefined) {
      if (Number.isInteger(wanted) && wanted >= 0 && wanted < count) return wanted;
      throw clientError('partition/not-found', { topic, partition: wanted, partitions: count });
    }
    // As the official clients: a key keeps its partition even while that is offline.
    if (key !== null) return count === 1 ? 0 : partitionForKey(key, count);
    const next = turn++;
    return online.length > 0 ? (online[next % online.length] as number) : next % count;
  };

  const laneOf = (partition: number): Lane => {
    let found = lanes.get(partition);
    if (found === undefined) {
      found = lane({ ...settings, batchBytes, cluster, topic, partition, give: budget.give });
      lanes.set(partition, found);
    }
    return found;
  };

  const checkSize = (key: Uint8Array | null, value: Uint8Array | string): void => {
    const limitBytes = settings.maxRequestBytes - ENVELOPE_BYTES;
    const atMost = (key?.length ?? 0) + value.length * (typeof value === 'string' ? MOST_BYTES_PER_CHARACTER : 1);
    if (atMost <= limitBytes) return;
    const sizeBytes = recordSize(key, value);
    if (sizeBytes > limitBytes) throw clientError('produce/too-large', { topic, sizeBytes, limitBytes });
  };

  const closed = (): FluvioError => clientError('produce/closed', { topic });

  const send = (record: ProducerRecord, signal: AbortSignal | undefined): Promise<SendResult> =>
    new Promise((resolve, reject) => {
      if (closing !== undefined) throw closed();
      if (cluster.life.aborted) throw cluster.life.reason;
      checkRecord(topic, record);
      const key = typeof record.key === 'string' ? utf8.encode(record.key) : (record.key ?? null);
      const { value } = record;
      checkSize(key, value);
      const partition = choose(record.partition, key);
      const heldBytes = (key?.length ?? 0) + value.length + ENVELOPE_BYTES;
      const append = (): void => {
        try {
          const timestampMs = record.timestampMs ?? Date.now();
          laneOf(partition).append(key, value, timestampMs, heldBytes, { resolve, reject });
        } catch (error) {
          budget.give(heldBytes);
          reject(error);
        }
      };
      if (budget.take(heldBytes)) append();
      else waitForRoom(heldBytes, signal, append, reject);
    });

  const waitForRoom = (
    bytes: number,
    signal: AbortSignal | undefined,
    admitted: () => void,
    refused: (error: unknown) => void,
  ): void => {
    const timeoutMs = settings.deliveryTimeoutMs;
    const lease = signal === undefined ? undefined : shared(signal);
    const wait = deadline(timeoutMs, lease?.signal, cluster.life);
    const done = (then: () => void): void => {
      wait.signal.removeEventListener('abort', giveUp);
      wait.release();
      lease?.release();
      then();
    };
    const giveUp = (): void => {
      const error = wait.passed
        ? clientError('produce/buffer-full', { topic, bufferBytes: settings.bufferBytes, timeoutMs })
        : abortedError('waiting for room in the producer', wait.signal);
      done(() => refused(error));
      ticket.cancel();
    };
    const ticket = budget.queue(
      bytes,
      () => done(admitted),
      (error) => done(() => refused(error)),
    );
    if (wait.signal.aborted) giveUp();
    else wait.signal.addEventListener('abort', giveUp, { once: true });
  };

  const flush = async (): Promise<void> => {
    const line = budget.line();
    for (;;) {
      await Promise.all(Array.from(lanes.values(), (each) => each.flush()));
      if (line.length === 0) return;
      // Those who waited for room got in while the lanes emptied, and are flushed with the next round.
      while (line.at(-1)?.isWaiting === false) line.pop();
    }
  };

  const producer: Producer = {
    topic,
    get bufferedBytes() {
      return budget.usedBytes;
    },
    send: (record, { signal } = {}) => send(record, signal),
    async flush({ signal } = {}) {
      const wait = deadline(settings.deliveryTimeoutMs, signal, cluster.life);
      try {
        await settledOrAborted(flush(), wait.signal);
        if (wait.signal.aborted && !wait.passed) throw abortedError('flushing', wait.signal);
      } finally {
        wait.release();
      }
    },
    close({ timeoutMs = CLOSE_TIMEOUT_MS } = {}) {
      closing ??= (async () => {
        const wait = deadline(timeoutMs, cluster.life);
        await settledOrAborted(flush(), wait.signal);
        wait.release();
        budget.close(closed());
        for (const each of lanes.values()) each.abandon(closed());
        onClose(producer);
      })();
      return closing;
    },
    [Symbol.asyncDispose]: () => producer.close(),
  };
  return producer;
}

/** Waits for whichever comes first; the caller looks at the signal. */
async function settledOrAborted(promise: Promise<void>, signal: StopSignal): Promise<void> {
  if (signal.aborted) return;
  let listener: () => void = () => {};
  const aborted = new Promise<void>((resolve) => {
    listener = resolve;
    signal.addEventListener('abort', listener, { once: true });
  });
  await Promise.race([promise, aborted]);
  signal.removeEventListener('abort', listener);
}

/** Refuses what is no record, which JavaScript and `as` let through; counting its bytes would spoil the budget. */
function checkRecord(topic: string, { key, value }: ProducerRecord): void {
  if (isContent(value) && (key === undefined || key === null || isContent(key))) return;
  const [field, content] = isContent(value) ? ['key', key] : ['value', value];
  const kind = typeof content === 'object' && content !== null ? content.constructor?.name : String(typeof content);
  throw clientError('produce/invalid-record', { topic, field, kind: content === null ? 'null' : (kind ?? 'object') });
}

const isContent = (content: unknown): boolean => typeof content === 'string' || content instanceof Uint8Array;

/** A timer cannot wait longer. */
const LONGEST_MS = 0x7fff_ffff;

function checked(options: ProducerOptions): Required<ProducerOptions> {
  const settings = withDefaults(DEFAULTS, options);
  for (const [option, value] of Object.entries(settings)) {
    if (option === 'isolation') continue;
    const least = option === 'lingerMs' ? 0 : 1;
    const most = option.endsWith('Ms') ? LONGEST_MS : Number.MAX_SAFE_INTEGER;
    if (typeof value !== 'number' || !(value >= least && value <= most)) {
      const reason = `must be a number from ${least} to ${most}, not ${String(value)}`;
      throw clientError('option/invalid', { option, reason });
    }
  }
  return settings;
}
