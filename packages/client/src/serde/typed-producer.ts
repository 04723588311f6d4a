/** A producer of values: each record is encoded, and goes the way of all records from there. */
import type { FluvioError } from '@fluvio-ts/protocol';
import { isFluvioError } from '@fluvio-ts/protocol';
import { clientError, reasonOf } from '../errors.ts';
import type { Producer, ProducerOptions } from '../producer/producer.ts';
import type { ProducerRecord, SendResult } from '../producer/result.ts';
import { derive } from './derive.ts';
import type { Encoder, ValuePlace } from './serde.ts';

/** A key as it is without an encoder. */
export type RawKey = Uint8Array | string;

/** A record of a typed producer. */
export interface TypedProducerRecord<V, K = RawKey> extends Omit<ProducerRecord, 'key' | 'value'> {
  /** `null` or absent: no key. It is not encoded then. */
  readonly key?: K | null;
  readonly value: V;
}

/** Settings of a typed producer. */
export interface TypedProducerOptions<V, K = RawKey> extends ProducerOptions {
  /** Encodes values. */
  readonly value: Encoder<V>;
  /** Encodes keys. Default: they are bytes or text already. */
  readonly key?: Encoder<K>;
}

/** A {@link Producer} of values of one type. */
export interface TypedProducer<V, K = RawKey> extends Omit<Producer, 'send'> {
  /** As {@link Producer.send}. @throws `produce/unencodable`, and what that throws */
  send(record: TypedProducerRecord<V, K>, options?: { readonly signal?: AbortSignal }): Promise<SendResult>;
}

/** Puts encoders in front of a producer. */
export function typedProducer<V, K>(base: Producer, options: TypedProducerOptions<V, K>): TypedProducer<V, K> {
  const { topic } = base;
  const valuePlace: ValuePlace = { topic, field: 'value' };
  const keyPlace: ValuePlace = { topic, field: 'key' };
  const { value, key } = options;

  const encoded = (record: TypedProducerRecord<V, K>): ProducerRecord => ({
    ...record,
    key:
      record.key === undefined || record.key === null
        ? null
        : key === undefined
          ? (record.key as RawKey)
          : encode(key, record.key, keyPlace),
    value: encode(value, record.value, valuePlace),
  });

  return derive(base, {
    send: async (record: TypedProducerRecord<V, K>, sendOptions?: { readonly signal?: AbortSignal }) =>
      base.send(encoded(record), sendOptions),
  });
}

function encode<T>(encoder: Encoder<T>, value: T, place: ValuePlace): Uint8Array | string {
  try {
    return encoder.encode(value, place);
  } catch (error) {
    throw unencodable(place, error);
  }
}

const unencodable = ({ topic, field }: ValuePlace, error: unknown): FluvioError =>
  clientError(
    'produce/unencodable',
    { topic, field, reason: reasonOf(error), ...(isFluvioError(error) && { by: error.code }) },
    error,
  );
