/** `TopicProducer` of `@fluvio/client`. */
import type { Producer, ProducerRecord } from '@fluvio-ts/node';
import type { Hold } from './hold.ts';

/** What a key or a value may be. Typed arrays and Buffers are taken as well as the two that `@fluvio/client` names. */
export type ProducerItem = string | ArrayBuffer | ArrayBufferView;

/** A key and a value. */
export type KeyValue = [ProducerItem, ProducerItem];

/** Sends records to one topic. Every call resolves when its records are acknowledged, and rejects when they are not. */
export class TopicProducer {
  readonly #inner: Producer;
  readonly #hold: Hold;

  /** @internal Made by `topicProducer`. */
  constructor(inner: Producer, hold: Hold) {
    this.#inner = inner;
    this.#hold = hold;
  }

  /** Sends a value without a key to a partition. (`@fluvio/client` ignores the partition.) */
  async sendRecord(value: string, partition: number): Promise<void> {
    await this.#hold(this.#inner.send({ value, partition }));
  }

  /** Sends a key and a value. An empty key is a key: all such records go to one partition, as with `@fluvio/client`. */
  async send(key: ProducerItem, value: ProducerItem): Promise<void> {
    await this.#hold(this.#inner.send(recordOf(key, value)));
  }

  /** Sends keys and values, and resolves when all are acknowledged. */
  async sendAll(elements: readonly KeyValue[]): Promise<void> {
    await this.#hold(this.#inner.sendAll(elements.map(([key, value]) => recordOf(key, value))));
  }

  /** Sends what waits, and resolves when it is acknowledged. */
  async flush(): Promise<void> {
    await this.#hold(this.#inner.flush());
  }
}

const recordOf = (key: ProducerItem, value: ProducerItem): ProducerRecord => ({
  key: contentOf(key),
  value: contentOf(value),
});

function contentOf(item: ProducerItem): Uint8Array | string {
  if (typeof item === 'string') return item;
  if (ArrayBuffer.isView(item)) return new Uint8Array(item.buffer, item.byteOffset, item.byteLength);
  return new Uint8Array(item);
}
