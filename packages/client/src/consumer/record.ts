/** A record as consumers get it. */
import type { RecordPlace } from '@fluvio-ts/protocol';
import { int64ToJson } from '@fluvio-ts/protocol';
import { clientError, reasonOf } from '../errors.ts';

/** What the records of one batch have in common. */
export interface BatchOrigin {
  readonly topic: string;
  readonly partition: number;
  readonly baseOffset: bigint;
  /** Unix milliseconds that the records' times count from; 0 or less if the batch has none. */
  readonly firstTimestampMs: number;
  /** The decompressed records. */
  readonly payload: Uint8Array;
  /** Whether the stored offset deltas hold; if not, records are numbered by their place in the batch. */
  readonly hasDeltas: boolean;
  /** Whether offsets may be too low, because a SmartModule left records out and the deltas do not tell which. */
  readonly isApproximate: boolean;
}

/** A record as JSON: for logs and answers. */
export interface RecordJson {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number | string;
  readonly timestampMs: number;
  readonly key?: string | null;
  readonly keyBase64?: string;
  readonly value?: string;
  readonly valueBase64?: string;
}

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

/**
 * One record: a view over the answer it came in. `key` and `value` are cut out when asked, and keep that whole answer in
 * memory for as long as they live; {@link ConsumerRecord.copy} is for keepers.
 */
export class ConsumerRecord {
  private readonly origin: BatchOrigin;
  /** Offset minus the batch's first. */
  private readonly delta: number;
  private readonly timestampDelta: number;
  private readonly keyStart: number;
  private readonly keyEnd: number;
  private readonly valueStart: number;
  private readonly valueEnd: number;

  /** @internal Batches make records. */
  constructor(origin: BatchOrigin, place: RecordPlace) {
    this.origin = origin;
    this.delta = origin.hasDeltas ? place.offsetDelta : place.index;
    this.timestampDelta = place.timestampDelta;
    this.keyStart = place.keyStart;
    this.keyEnd = place.keyEnd;
    this.valueStart = place.valueStart;
    this.valueEnd = place.valueEnd;
  }

  /** Name of the topic. */
  get topic(): string {
    return this.origin.topic;
  }

  /** Index of the partition. */
  get partition(): number {
    return this.origin.partition;
  }

  /** Place in the partition. */
  get offset(): bigint {
    return this.origin.baseOffset + BigInt(this.delta);
  }

  /**
   * Whether {@link ConsumerRecord.offset} may be too low: an SPU that runs SmartModules over several stored batches does not
   * say where the records were. Streams resume and commit at the ends of answers then, which are exact.
   */
  get isOffsetApproximate(): boolean {
    return this.origin.isApproximate;
  }

  /** When it was produced, Unix milliseconds by the producer's clock; −1 if the batch has no times. */
  get timestampMs(): number {
    const { firstTimestampMs } = this.origin;
    return firstTimestampMs > 0 ? firstTimestampMs + this.timestampDelta : -1;
  }

  /** A view of the key; `null` for none, which is not the same as an empty key. */
  get key(): Uint8Array | null {
    return this.keyStart < 0 ? null : this.origin.payload.subarray(this.keyStart, this.keyEnd);
  }

  /** A view of the value. */
  get value(): Uint8Array {
    return this.origin.payload.subarray(this.valueStart, this.valueEnd);
  }

  /** The value as UTF-8; bytes that are not become U+FFFD. */
  text(): string {
    return utf8.decode(this.value);
  }

  /** The key as UTF-8, `null` for none; bytes that are not become U+FFFD. */
  keyText(): string | null {
    const { key } = this;
    return key === null ? null : utf8.decode(key);
  }

  /** The value parsed as JSON. @throws `consume/undecodable`, which names the record's place, for a value that is not JSON */
  json<T = unknown>(): T {
    try {
      return JSON.parse(this.text()) as T;
    } catch (error) {
      const { topic, partition, offset } = this;
      const context = { topic, partition, offset, field: 'value', reason: reasonOf(error) } as const;
      throw clientError('consume/undecodable', context, error);
    }
  }

  /** What `JSON.stringify` writes; offsets beyond 2^53 − 1 are digits in a string, bytes that are no UTF-8 are base64. */
  toJSON(): RecordJson {
    const { topic, partition, offset, timestampMs, key, value } = this;
    return {
      topic,
      partition,
      offset: int64ToJson(offset),
      timestampMs,
      ...(key === null ? { key } : contentOf('key', key)),
      ...contentOf('value', value),
    };
  }

  /** What `console.log` of Node shows. */
  [Symbol.for('nodejs.util.inspect.custom')](): RecordJson {
    return this.toJSON();
  }

  /** The same record over bytes of its own, which keeps nothing else in memory. */
  copy(): ConsumerRecord {
    const { key, value, origin } = this;
    const keyLength = key?.length ?? 0;
    const payload = new Uint8Array(keyLength + value.length);
    if (key !== null) payload.set(key);
    payload.set(value, keyLength);
    return new ConsumerRecord(
      { ...origin, payload },
      {
        index: this.delta,
        timestampDelta: this.timestampDelta,
        offsetDelta: this.delta,
        keyStart: key === null ? -1 : 0,
        keyEnd: key === null ? -1 : keyLength,
        valueStart: keyLength,
        valueEnd: payload.length,
      },
    );
  }
}

const strictUtf8 = new TextDecoder('utf-8', { ignoreBOM: true, fatal: true });

function contentOf(name: 'key' | 'value', bytes: Uint8Array): Partial<RecordJson> {
  try {
    return { [name]: strictUtf8.decode(bytes) };
  } catch {
    let binary = '';
    for (const byte of bytes) binary += String.fromCharCode(byte);
    return { [`${name}Base64`]: btoa(binary) };
  }
}
