/** Values of a producer: what they are encoded with. From there they go the way of all records. */
import type { FluvioError } from '@fluvio-ts/protocol';
import { isFluvioError } from '@fluvio-ts/protocol';
import { clientError, reasonOf } from '../errors.ts';
import type { ProducerOptions } from '../producer/options.ts';
import type { Producer } from '../producer/producer.ts';
import type { ProducerRecord } from '../producer/result.ts';
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
  /** Encodes values. What it throws rejects the call, as `produce/unencodable`. */
  readonly value: Encoder<V>;
  /** Encodes keys. Default: they are bytes or text already. */
  readonly key?: Encoder<K>;
}

/** A {@link Producer} of values of one type. */
export type TypedProducer<V, K = RawKey> = Producer<TypedProducerRecord<V, K>>;

/** Makes the function that encodes records for a topic. */
export function recordEncoder<V, K>(
  topic: string,
  { value, key }: Pick<TypedProducerOptions<V, K>, 'value' | 'key'>,
): (record: TypedProducerRecord<V, K>) => ProducerRecord {
  const valuePlace: ValuePlace = { topic, field: 'value' };
  const keyPlace: ValuePlace = { topic, field: 'key' };
  return (record) => ({
    ...record,
    key:
      record.key === undefined || record.key === null
        ? null
        : key === undefined
          ? // Without an encoder `K` is what it defaults to.
            (record.key as RawKey)
          : encode(key, record.key, keyPlace),
    value: encode(value, record.value, valuePlace),
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
