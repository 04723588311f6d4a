/**
 * Benchmark of messages, and of records beside other formats: `node packages/bench/dist/messages.js`, with words to select
 * cases by.
 */
import type { Api } from '@fluvio-ts/protocol';
import {
  FetchOffsets,
  List,
  Produce,
  Reader,
  SpuApiVersions,
  StreamFetch,
  type Type,
  UpdateOffsets,
  Watch,
  Writer,
} from '@fluvio-ts/protocol';
import type { BenchCase } from './apart.ts';
import { caseProgram } from './apart.ts';
import { readPartitionWatch, readStreamFetch, writePartitionWatch, writeStreamFetch } from './by-hand.ts';
import type { Work } from './measure.ts';
import * as samples from './message-samples.ts';
import type { PlainRecord } from './record-peers.ts';
import { formats } from './record-peers.ts';
import type { BenchRow } from './row.ts';

/** Code that writes and reads one message. */
interface ByHand<T> {
  readonly write: (writer: Writer, value: T) => void;
  readonly read: (reader: Reader) => T;
}

const messageCases: readonly BenchCase[] = [
  ...message('ApiVersions response', SpuApiVersions, SpuApiVersions.response, samples.apiVersions),
  ...message('StreamFetch request', StreamFetch, StreamFetch.request, samples.streamFetch, {
    write: writeStreamFetch,
    read: readStreamFetch,
  }),
  ...message('StreamFetch response around 4 KB', StreamFetch, StreamFetch.response, samples.streamAnswer),
  ...message('UpdateOffsets request', UpdateOffsets, UpdateOffsets.request, samples.acknowledgement),
  ...message('Produce request around 4 KB', Produce, Produce.request, samples.produce),
  ...message('Produce response', Produce, Produce.response, samples.produced),
  ...message('FetchOffsets response', FetchOffsets, FetchOffsets.response, samples.offsets),
  ...message('List of 20 topics', List, List.response, samples.topicList),
  ...message('Watch of 80 partitions', Watch, Watch.response, samples.partitionWatch, {
    write: writePartitionWatch,
    read: readPartitionWatch,
  }),
];

const recordCases: readonly BenchCase[] = [
  { title: '100 B', bytes: 100, records: 1000 },
  { title: '1 KB', bytes: 1024, records: 1000 },
  { title: '16 KB', bytes: 16_384, records: 64 },
].flatMap((size) => ['encode', 'decode'].flatMap((way) => formats.map((format) => batch(way, size, format))));

const program = caseProgram(import.meta.url, [...messageCases, ...recordCases]);

/** Measures messages, and records beside other formats. */
export const messageRows = (): Promise<BenchRow[]> => program.rows();

function message<T>(
  name: string,
  { max }: Api<never, unknown> | Api<unknown, unknown>,
  type: Type<T>,
  value: T,
  byHand?: ByHand<T>,
): BenchCase[] {
  const codec = type.at(max);
  const both = (how: string, { write, read }: ByHand<T>): BenchCase[] => [
    { name: `encode ${name}${how}`, unit: 'ns/message', prepare: () => encoding(write, value) },
    { name: `decode ${name}${how}`, unit: 'ns/message', prepare: () => decoding(write, read, value) },
  ];
  return [
    ...both('', { write: (writer, it) => codec.write(writer, it), read: (reader) => codec.read(reader) }),
    ...(byHand === undefined ? [] : both(', by hand', byHand)),
  ];
}

function encoding<T>(write: (writer: Writer, value: T) => void, value: T): Work {
  return {
    operations: 20,
    run: () => {
      let sum = 0;
      for (let i = 0; i < 20; i++) {
        const writer = new Writer();
        write(writer, value);
        sum += writer.finish().length;
      }
      return sum;
    },
  };
}

function decoding<T>(write: (writer: Writer, value: T) => void, read: (reader: Reader) => T, value: T): Work {
  const writer = new Writer();
  write(writer, value);
  const bytes = writer.finish();
  const kept: T[] = Array.from({ length: 20 }, () => value);
  return {
    operations: kept.length,
    run: () => {
      for (let i = 0; i < kept.length; i++) kept[i] = read(new Reader(bytes));
      return kept.length;
    },
  };
}

function batch(
  way: string,
  size: { readonly title: string; readonly bytes: number; readonly records: number },
  make: (typeof formats)[number],
): BenchCase {
  const { name, note } = make();
  const records = Array.from(
    { length: size.records },
    (_, i): PlainRecord => ({
      key: Uint8Array.of(107, i & 0xff, i >> 8),
      value: new Uint8Array(size.bytes).fill(i),
      timestampMs: 1_700_000_000_000 + (i >> 6),
    }),
  );
  return {
    name: `${way} ${size.title} records, ${name}`,
    unit: 'ns/record',
    ...(note === undefined ? {} : { note }),
    prepare: () => {
      const format = make();
      const encoded = format.encode(records);
      return {
        operations: records.length,
        run: way === 'encode' ? () => format.encode(records).length : () => format.touch(encoded),
      };
    },
  };
}

await program.runIfMain();
