/** A consumer of values: records are decoded as they are read, and what cannot be decoded is dealt with as was declared. */
import type { FluvioError } from '@fluvio-ts/protocol';
import type { ConsumerBatch } from '../consumer/batch.ts';
import type { Consumer } from '../consumer/consumer.ts';
import type { ConsumerOptions } from '../consumer/options.ts';
import type { ConsumerRecord } from '../consumer/record.ts';
import { clientError, reasonOf } from '../errors.ts';
import { derive } from './derive.ts';
import type { Decoder, ValuePlace } from './serde.ts';
import type { TypedBatch, TypedRecord } from './typed-record.ts';
import type { OnUndecodable } from './undecodable.ts';

/** Settings of a typed consumer. */
export interface TypedConsumerOptions<V, K = Uint8Array> extends ConsumerOptions {
  /** Decodes values. */
  readonly value: Decoder<V>;
  /** Decodes keys. Default: they stay bytes. */
  readonly key?: Decoder<K>;
  /** What happens to a record that cannot be decoded. Default `throw`. */
  readonly onUndecodable?: OnUndecodable;
}

/** A {@link Consumer} of values of one type. */
export interface TypedConsumer<V, K = Uint8Array>
  extends Omit<Consumer, 'batches' | 'readable' | typeof Symbol.asyncIterator>,
    AsyncIterable<TypedRecord<V, K>> {
  /** As {@link Consumer.batches}; the records of a batch are decoded before it is handed out. */
  batches(): AsyncIterable<TypedBatch<V, K>>;
  /** As {@link Consumer.readable}. */
  readable(): ReadableStream<TypedRecord<V, K>>;
}

/** Sends a record to the topic of those that cannot be decoded, and resolves when it is stored. */
export type DeadLetter = (topic: string, record: ConsumerRecord) => Promise<void>;

type Decoded<V, K> =
  | { readonly record: TypedRecord<V, K> }
  | { readonly record: undefined; readonly error: FluvioError };

/** Puts decoders behind a consumer. */
export function typedConsumer<V, K>(
  base: Consumer,
  options: TypedConsumerOptions<V, K>,
  deadLetter: DeadLetter,
): TypedConsumer<V, K> {
  const { onUndecodable = 'throw' } = options;
  const decode = decoderOf(options);

  const dealWith = async (record: ConsumerRecord, error: FluvioError): Promise<void> => {
    if (onUndecodable === 'skip') return;
    if (onUndecodable === 'throw') throw error;
    if (typeof onUndecodable === 'function') await onUndecodable({ record, error });
    else await deadLetter(onUndecodable.topic, record);
  };

  /** The decoded record, or undefined where it is to be left out; waits only for those that cannot be decoded. */
  const take = (record: ConsumerRecord): TypedRecord<V, K> | undefined | Promise<undefined> => {
    const decoded = decode(record);
    if (decoded.record !== undefined) return decoded.record;
    return dealWith(record, decoded.error).then(() => undefined);
  };

  const takeBatch = async (batch: ConsumerBatch): Promise<TypedBatch<V, K>> => {
    const records: TypedRecord<V, K>[] = [];
    for (const record of batch) {
      const taken = take(record);
      const typed = taken instanceof Promise ? await taken : taken;
      if (typed !== undefined) records.push(typed);
    }
    const { topic, partition, firstOffset, nextOffset, highWatermark } = batch;
    return {
      topic,
      partition,
      firstOffset,
      nextOffset,
      highWatermark,
      length: records.length,
      [Symbol.iterator]: () => records.values(),
    };
  };

  const records = (): AsyncIterator<TypedRecord<V, K>, undefined> => mapped(base, base, take);

  return derive(base, {
    [Symbol.asyncIterator]: records,
    batches: () => ({ [Symbol.asyncIterator]: () => mapped(base.batches(), base, takeBatch) }),
    readable: () => streamOf(records()),
  });
}

/**
 * Iterates over what `take` makes of each item, leaving out what it makes undefined of. An error of it closes the consumer:
 * a loop does not close what has thrown.
 */
function mapped<T, R extends object>(
  source: AsyncIterable<T>,
  consumer: Consumer,
  take: (item: T) => R | undefined | Promise<R | undefined>,
): AsyncIterator<R, undefined> {
  const items = source[Symbol.asyncIterator]();
  const next = async (): Promise<IteratorResult<R, undefined>> => {
    for (;;) {
      const item = await items.next();
      if (item.done === true) return { done: true, value: undefined };
      try {
        const taken = take(item.value);
        const value = taken instanceof Promise ? await taken : taken;
        if (value !== undefined) return { done: false, value };
      } catch (error) {
        await consumer.close();
        throw error;
      }
    }
  };
  return {
    next,
    async return() {
      await items.return?.();
      return { done: true, value: undefined };
    },
    async throw(error: unknown) {
      await items.return?.();
      throw error;
    },
  };
}

/** A web stream of what an iterator has; cancelling it leaves the iterator. */
function streamOf<R>(records: AsyncIterator<R, undefined>): ReadableStream<R> {
  return new ReadableStream<R>(
    {
      async pull(controller) {
        const { done, value } = await records.next();
        if (done === true) controller.close();
        else controller.enqueue(value);
      },
      async cancel() {
        await records.return?.();
      },
    },
    { highWaterMark: 0 },
  );
}

function decoderOf<V, K>({
  value,
  key,
}: Pick<TypedConsumerOptions<V, K>, 'value' | 'key'>): (record: ConsumerRecord) => Decoded<V, K> {
  const places = new Map<string, { readonly key: ValuePlace; readonly value: ValuePlace }>();

  const placesOf = (topic: string): { readonly key: ValuePlace; readonly value: ValuePlace } => {
    const found = places.get(topic) ?? { key: { topic, field: 'key' }, value: { topic, field: 'value' } };
    places.set(topic, found);
    return found;
  };

  const undecodable = (record: ConsumerRecord, { field }: ValuePlace, error: unknown): FluvioError => {
    const { topic, partition, offset } = record;
    return clientError('consume/undecodable', { topic, partition, offset, field, reason: reasonOf(error) }, error);
  };

  return (record) => {
    const { topic } = record;
    const of = placesOf(topic);
    let place = of.key;
    try {
      const rawKey = record.key;
      // Without a decoder `K` is what it defaults to.
      const typedKey = rawKey === null ? null : key === undefined ? (rawKey as K) : key.decode(rawKey, of.key);
      place = of.value;
      const typedValue = value.decode(record.value, of.value);
      const { partition, offset, timestampMs } = record;
      return { record: { topic, partition, offset, timestampMs, key: typedKey, value: typedValue, raw: record } };
    } catch (error) {
      return { record: undefined, error: undecodable(record, place, error) };
    }
  };
}
