/** `PartitionConsumer` of `@fluvio/client`. */
import { readFile } from 'node:fs/promises';
import type { Client, Consumer, ConsumerOptions, SmartModuleUse, StartOffset } from '@fluvio-ts/node';
import { isFluvioError } from '@fluvio-ts/node';
import type { SmartModuleType } from './constants.ts';
import { Offset, OffsetFrom } from './constants.ts';
import type { Hold } from './hold.ts';
import type { Record } from './record.ts';
import { compatRecord } from './record.ts';

/** Settings of a stream. */
export interface ConsumerConfig {
  readonly maxBytes?: number;
  /** Not looked at: the module's exports decide. */
  readonly smartmoduleType?: SmartModuleType;
  /** A `.wasm` file to send along. */
  readonly smartmoduleFile?: string;
  /** The same as base64 of its gzip. */
  readonly smartmoduleData?: string;
  /** A module that the cluster stores. */
  readonly smartmoduleName?: string;
}

/** What `fetch` answers. */
export interface FetchablePartitionResponse {
  readonly partitionIndex: number;
  readonly highWatermark: number;
  readonly logStartOffset: number;
  /** The values as UTF-8. */
  toRecords(): string[];
  /** Not in `@fluvio/client`: the records themselves. */
  readonly items: readonly Record[];
}

/** A stream: iterate it, or call `next` yourself. Leaving the loop ends it. */
export interface RecordStream extends AsyncIterable<Record> {
  /** The next record, waited for. */
  next(): Promise<IteratorResult<Record, undefined>>;
  /** Ends the stream. */
  return(): Promise<IteratorResult<Record, undefined>>;
}

/** Reads one partition. */
export class PartitionConsumer {
  readonly #client: Client;
  readonly #topic: string;
  readonly #partition: number;
  readonly #hold: Hold;
  readonly #streams = new Set<Consumer>();

  /** @internal Made by `partitionConsumer`. */
  constructor(client: Client, topic: string, partition: number, hold: Hold) {
    this.#client = client;
    this.#topic = topic;
    this.#partition = partition;
    this.#hold = hold;
  }

  /** Reads once what is stored from an offset on. */
  async fetch(offset: Offset = new Offset()): Promise<FetchablePartitionResponse> {
    const from = await this.#absolute(offset);
    const fetched = await this.#hold(this.#client.fetch(this.#topic, this.#partition, { offset: from }));
    const items = [...fetched].map(compatRecord);
    return {
      partitionIndex: this.#partition,
      highWatermark: Number(fetched.highWatermark),
      logStartOffset: Number(fetched.startOffset),
      items,
      toRecords: () => items.map((item) => item.valueString()),
    };
  }

  /**
   * Calls `callback` for each record, one after another: a promise that it returns is waited for. Resolves when the start is
   * known: what is sent from then on is heard. The stream goes on until `endStream` or `close`. As in the native client, what
   * the callback throws is nobody's but the process's to catch; a stream that cannot go on is a warning of the process. The
   * offset may be left out, as in old examples: then it begins at the end.
   */
  async stream(offset: Offset, callback: RecordCallback): Promise<void>;
  async stream(callback: RecordCallback): Promise<void>;
  async stream(first: Offset | RecordCallback, second?: RecordCallback): Promise<void> {
    const [offset, callback] = typeof first === 'function' ? [new Offset(), first] : [first, second];
    if (callback === undefined) throw new TypeError('stream() takes an offset and a callback');
    const records = this.#open({ offset: await this.#absolute(offset) }, {});
    const running = forEach(records, callback, `stream of ${this.#topic}-${this.#partition}`);
    void this.#hold(running);
  }

  /** Opens a stream. */
  async createStream(offset: Offset = new Offset()): Promise<RecordStream> {
    return this.#open(startOf(offset), {});
  }

  /** Opens a stream through a SmartModule, or with another limit. */
  async streamWithConfig(offset: Offset, config: ConsumerConfig): Promise<RecordStream> {
    return this.#open(startOf(offset), {
      ...(config.maxBytes !== undefined && { maxBytes: config.maxBytes }),
      smartModules: await smartModulesOf(config),
    });
  }

  /** Ends the streams of this consumer. */
  async endStream(): Promise<void> {
    await this.#hold(Promise.all([...this.#streams].map((stream) => stream.close())));
  }

  async #absolute({ index, from }: Offset): Promise<bigint> {
    const ends = await this.#hold(this.#client.offsets(this.#topic, this.#partition));
    const wanted = from === OffsetFrom.Beginning ? ends.start + BigInt(index) : ends.highWatermark - BigInt(index);
    return wanted < ends.start ? ends.start : wanted > ends.highWatermark ? ends.highWatermark : wanted;
  }

  #open(start: StartOffset, options: Pick<ConsumerOptions, 'maxBytes' | 'smartModules'>): RecordStream {
    const consumer = this.#client.consumer(this.#topic, {
      partitions: [this.#partition],
      start,
      ...options,
    });
    this.#streams.add(consumer);
    const records = consumer[Symbol.asyncIterator]();
    const ended = { done: true, value: undefined } as const;
    const stream: RecordStream = {
      next: async () => {
        const { done, value } = await this.#hold(records.next());
        if (done !== true) return { done: false, value: compatRecord(value) };
        this.#streams.delete(consumer);
        return ended;
      },
      return: async () => {
        this.#streams.delete(consumer);
        await this.#hold(consumer.close());
        return ended;
      },
      [Symbol.asyncIterator]: () => stream,
    };
    return stream;
  }
}

/** Hears of records. */
export type RecordCallback = (record: Record) => unknown;

/** Never rejects. */
async function forEach(records: RecordStream, callback: RecordCallback, name: string): Promise<void> {
  try {
    for await (const record of records) {
      try {
        await callback(record);
      } catch (error) {
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  } catch (error) {
    if (isFluvioError(error, 'client/closed')) return;
    process.emitWarning(`the ${name} has ended: ${error instanceof Error ? error.message : String(error)}`);
  }
}

const startOf = ({ index, from }: Offset): StartOffset =>
  from === OffsetFrom.Beginning ? { beginning: index } : { end: index };

async function smartModulesOf(config: ConsumerConfig): Promise<readonly SmartModuleUse[]> {
  const { smartmoduleName: name, smartmoduleFile: file, smartmoduleData: data } = config;
  if (name !== undefined) return [{ name }];
  if (file !== undefined) return [{ wasm: await readFile(file) }];
  return data === undefined ? [] : [{ wasm: Uint8Array.from(atob(data), (char) => char.charCodeAt(0)) }];
}
