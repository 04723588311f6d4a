/** The cases of the codec benchmark: batches, checksums and key hashing on seeded data. */
import { BatchBuilder, crc32c, partitionForKey, type RecordBlock, readBatches } from '@fluvio-ts/protocol';
import type { BenchCase } from './apart.ts';

const NOW = 1_700_000_000_000;
/** Different values in turn, so that caches and branches see what they would in life. */
const VARIETY = 64;

/** Sizes with the number of records of a batch of about 100 KB, 1 MB and 1 MB. */
const sizes = [
  { title: '100 B', bytes: 100, records: 1000 },
  { title: '1 KB', bytes: 1024, records: 1000 },
  { title: '16 KB', bytes: 16_384, records: 64 },
] as const;

type Size = (typeof sizes)[number];

export const codecCases: readonly BenchCase[] = [
  ...sizes.flatMap((size) => [encode(size, 'bytes', false), encode(size, 'bytes', true)]),
  encode(sizes[0], 'text', true),
  encode(sizes[0], 'keyed', true),
  ...sizes.flatMap((size) => [
    decode(size, 'iterate', (block) => {
      let sum = 0;
      for (const record of block) sum += record.size;
      return sum;
    }),
    decode(size, 'iterate and touch the value', (block) => {
      let sum = 0;
      for (const record of block) sum += record.value[0] ?? 0;
      return sum;
    }),
  ]),
  decode(sizes[0], 'cursor', (block) => {
    let sum = 0;
    const cursor = block.cursor();
    while (cursor.next()) sum += cursor.valueEnd - cursor.valueStart;
    return sum;
  }),
  ...[64, 1024, 16_384, 1_048_576].map(checksum),
  {
    name: 'partition of a 12-byte key',
    unit: 'ns/key',
    prepare: () => {
      const keys = randomValues(12);
      return {
        operations: keys.length,
        run: () => keys.reduce((sum, key) => sum + partitionForKey(key, 6), 0),
      };
    },
  },
];

function encode(size: Size, kind: 'bytes' | 'text' | 'keyed', finished: boolean): BenchCase {
  const what = { bytes: 'records', text: 'ASCII text records', keyed: 'records with a 12-byte key' }[kind];
  return {
    name: `encode ${size.title} ${what}${finished ? '' : ', without header and CRC'}`,
    unit: 'ns/record',
    prepare: () => {
      const values = kind === 'text' ? randomValues(size.bytes).map(asText) : randomValues(size.bytes);
      const keys = randomValues(12);
      const capacityBytes = size.records * (size.bytes + 32);
      return {
        operations: size.records,
        run: () => {
          const builder = new BatchBuilder({ firstTimestampMs: NOW, capacityBytes });
          for (let i = 0; i < size.records; i++) {
            const key = kind === 'keyed' ? (keys[i % VARIETY] as Uint8Array) : null;
            builder.add(key, values[i % VARIETY] as Uint8Array | string, NOW + (i >> 6));
          }
          return finished ? builder.finish().length : builder.size;
        },
      };
    },
  };
}

function decode(size: Size, how: string, read: (block: RecordBlock) => number): BenchCase {
  return {
    name: `decode ${size.title} records, ${how}`,
    unit: 'ns/record',
    prepare: () => {
      const values = randomValues(size.bytes);
      const sets = Array.from({ length: 8 }, (_, set) => {
        const builder = new BatchBuilder({ firstTimestampMs: NOW });
        for (let i = 0; i < size.records; i++) {
          builder.add(null, values[(i + set) % VARIETY] as Uint8Array, NOW + (i >> 6));
        }
        return builder.finish();
      });
      return {
        operations: size.records * sets.length,
        run: () => {
          let sum = 0;
          for (const set of sets) {
            for (const batch of readBatches(set).batches) sum += read(batch.open() as RecordBlock);
          }
          return sum;
        },
      };
    },
  };
}

function checksum(bytes: number): BenchCase {
  const title = bytes < 1024 ? `${bytes} B` : bytes < 1_048_576 ? `${bytes / 1024} KB` : `${bytes / 1_048_576} MB`;
  return {
    name: `CRC-32C of ${title}`,
    unit: 'MB/s',
    prepare: () => {
      // One byte in, as batches lie in frames: nothing may depend on alignment.
      const data = randomValues(bytes + 1).map((value) => value.subarray(1));
      const turns = Math.max(1, Math.floor(262_144 / bytes));
      return {
        operations: bytes * turns,
        run: () => {
          let sum = 0;
          for (let i = 0; i < turns; i++) sum ^= crc32c(data[i % data.length] as Uint8Array);
          return sum;
        },
      };
    },
  };
}

/** The same random values in every run, no more than fit a processor's cache where they are large. */
function randomValues(bytes: number): Uint8Array[] {
  let state = 0x9e37_79b9;
  const next = (): number => {
    state = (state + 0x6d2b_79f5) | 0;
    const mixed = Math.imul(state ^ (state >>> 15), state | 1);
    return (mixed ^ (mixed >>> 14)) & 0xff;
  };
  return Array.from({ length: bytes > 100_000 ? 1 : VARIETY }, () => Uint8Array.from({ length: bytes }, next));
}

function asText(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes.map((byte) => 0x20 + (byte % 0x5f)));
}
