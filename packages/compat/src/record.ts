/** Records as `@fluvio/client` hands them out, and what it leaves out. */
import type { ConsumerRecord } from '@fluvio-ts/node';

/** One record. */
export interface Record {
  /** The key, a copy; `null` for none. */
  key(): ArrayBuffer | null;
  /** Whether there is a key, be it an empty one. */
  hasKey(): boolean;
  /** The value, a copy. */
  value(): ArrayBuffer;
  /** The key as UTF-8; `null` for none. */
  keyString(): string | null;
  /** The value as UTF-8. */
  valueString(): string;
  /** Not in `@fluvio/client`: the record with its offset, partition and time. */
  readonly raw: ConsumerRecord;
}

/** Dresses a record up. */
export function compatRecord(raw: ConsumerRecord): Record {
  return {
    raw,
    key: () => (raw.key === null ? null : bufferOf(raw.key)),
    hasKey: () => raw.key !== null,
    value: () => bufferOf(raw.value),
    keyString: () => raw.keyText(),
    valueString: () => raw.text(),
  };
}

const bufferOf = (bytes: Uint8Array): ArrayBuffer => Uint8Array.from(bytes).buffer;
