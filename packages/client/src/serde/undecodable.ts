/** What happens to a record whose key or value cannot be decoded. */
import type { FluvioError } from '@fluvio-ts/protocol';
import type { ConsumerRecord } from '../consumer/record.ts';

/** A record that could not be decoded, as its handler gets it. */
export interface Undecodable {
  /** The record with its bytes. */
  readonly record: ConsumerRecord;
  /** `consume/undecodable`; its `cause` is what the decoder threw. */
  readonly error: FluvioError;
}

/**
 * - `throw` (default): the read rejects with `consume/undecodable`, and the consumer ends.
 * - `skip`: the record is left out.
 * - `{ topic }`: its key and value are sent to that topic, unchanged, and the reader goes on when they are stored. A record
 *   that cannot be stored there ends the consumer, so that none is lost.
 * - a function: called with the record and the error, and waited for; what it throws ends the consumer.
 */
export type OnUndecodable =
  | 'throw'
  | 'skip'
  | { readonly topic: string }
  | ((undecodable: Undecodable) => void | Promise<void>);
