/** What goes into a producer and what comes back. */
import { clientError } from '../errors.ts';

/** A record to send. */
export interface ProducerRecord {
  /** Decides the partition, the same for every client in every language. `null` or absent: no key (which is not an empty key). */
  readonly key?: Uint8Array | string | null;
  readonly value: Uint8Array | string;
  /** Sends to this partition instead of the one that the key names. */
  readonly partition?: number;
  /** Unix milliseconds; default now. */
  readonly timestampMs?: number;
}

/** Where an acknowledged record is. */
export interface SendResult {
  readonly partition: number;
  readonly offset: bigint;
  /** The record's time, Unix milliseconds: as given, or when it was sent. */
  readonly timestampMs: number;
  /** Whether a copy may be stored as well: an earlier attempt ended without an answer. */
  readonly mayBeDuplicate: boolean;
}

/** Refuses what is no record, which JavaScript and `as` let through; counting its bytes would spoil the budget. @throws `produce/invalid-record` */
export function checkRecord(topic: string, { key, value }: ProducerRecord): void {
  if (isContent(value) && (key === undefined || key === null || isContent(key))) return;
  const [field, content] = isContent(value) ? ['key', key] : ['value', value];
  const kind = typeof content === 'object' && content !== null ? content.constructor?.name : String(typeof content);
  throw clientError('produce/invalid-record', { topic, field, kind: content === null ? 'null' : (kind ?? 'object') });
}

const isContent = (content: unknown): boolean => typeof content === 'string' || content instanceof Uint8Array;
