/** Puts records of several batches into one, each with the offset and the time it really has. */
import type { CodecName, Codecs, RecordPlace } from '@fluvio-ts/protocol';
import { BATCH_HEADER_BYTES, EMPTY_BATCH_BYTES, rewriteBatch, schema, Writer } from '@fluvio-ts/protocol';

const { i16, i32, i64, i8, struct, u32 } = schema;

/** The header of a batch as it is on the wire. Rust: `Batch` and `BatchHeader`, fluvio-protocol/src/record/batch.rs. */
const Header = struct({
  baseOffset: i64,
  batchLength: i32,
  leaderEpoch: i32,
  magic: i8,
  crc: u32,
  attributes: i16,
  lastOffsetDelta: i32,
  firstTimestamp: i64,
  maxTimestamp: i64,
  producerId: i64,
  producerEpoch: i16,
  firstSequence: i32,
});

/** What `batchLength` does not count: the base offset and itself. */
const UNCOUNTED_BYTES = 12;
const codecNumbers: { readonly [Name in CodecName]: number } = { none: 0, gzip: 1, snappy: 2, lz4: 3, zstd: 4 };
/** Two bytes of tags, one of attributes, and five numbers of up to five bytes. */
const LARGEST_OVERHEAD_BYTES = 28;

/** What the header of a batch says of its records. */
export interface BatchFacts {
  readonly baseOffset: bigint;
  readonly lastOffsetDelta: number;
  /** −1 for a batch without times. */
  readonly firstTimestampMs: number;
  /** −1 for a batch without times. */
  readonly maxTimestampMs: number;
}

/** A payload that grows record by record, with room for a header in front of it. */
export class RecordsWriter {
  private data: Uint8Array;
  private at = EMPTY_BATCH_BYTES;
  /** Records so far. */
  count = 0;

  constructor(capacityBytes = 4096) {
    this.data = new Uint8Array(Math.max(capacityBytes, EMPTY_BATCH_BYTES));
  }

  /** Bytes so far, as a batch that is not compressed. */
  get size(): number {
    return this.at;
  }

  /** Adds the record that lies at `place` in `payload`, under other deltas, which must be within ±2³¹. */
  add(payload: Uint8Array, place: RecordPlace, offsetDelta: number, timestampDelta: number): void {
    const { keyStart, keyEnd, valueStart, valueEnd } = place;
    const keyBytes = keyStart < 0 ? 0 : varintSize(keyEnd - keyStart) + keyEnd - keyStart;
    const valueBytes = valueEnd - valueStart;
    const body =
      3 + varintSize(timestampDelta) + varintSize(offsetDelta) + keyBytes + varintSize(valueBytes) + valueBytes;
    this.reserve(keyBytes + valueBytes + LARGEST_OVERHEAD_BYTES);
    const { data } = this;
    let at = putVarint(data, this.at, body);
    data[at++] = 0;
    at = putVarint(data, at, timestampDelta);
    at = putVarint(data, at, offsetDelta);
    if (keyStart < 0) data[at++] = 0;
    else {
      data[at++] = 1;
      at = putVarint(data, at, keyEnd - keyStart);
      data.set(payload.subarray(keyStart, keyEnd), at);
      at += keyEnd - keyStart;
    }
    at = putVarint(data, at, valueBytes);
    data.set(payload.subarray(valueStart, valueEnd), at);
    at += valueBytes;
    data[at++] = 0;
    this.at = at;
    this.count++;
  }

  /** The record count and the records: a view, so add nothing afterwards. */
  payload(): Uint8Array {
    const payload = this.data.subarray(BATCH_HEADER_BYTES, this.at);
    new DataView(payload.buffer, payload.byteOffset).setUint32(0, this.count);
    return payload;
  }

  /** The whole batch, compressed as told. A view where it is not compressed, so add nothing afterwards. */
  async finish(facts: BatchFacts, codec: CodecName, codecs: Codecs): Promise<Uint8Array> {
    const compressed = codec === 'none' ? undefined : await codecs[codec]?.compress(this.payload());
    if (compressed === undefined) {
      this.payload();
      return seal(this.data.subarray(0, this.at), facts, 'none');
    }
    const batch = new Uint8Array(BATCH_HEADER_BYTES + compressed.length);
    batch.set(compressed, BATCH_HEADER_BYTES);
    return seal(batch, facts, codec);
  }

  private reserve(more: number): void {
    const needed = this.at + more;
    if (needed <= this.data.length) return;
    const grown = new Uint8Array(Math.max(needed, this.data.length * 2));
    grown.set(this.data.subarray(0, this.at));
    this.data = grown;
  }
}

/** Writes the header into the room in front of a payload. */
function seal(batch: Uint8Array, facts: BatchFacts, codec: CodecName): Uint8Array {
  const writer = new Writer(BATCH_HEADER_BYTES);
  Header.at(0).write(writer, {
    baseOffset: facts.baseOffset,
    batchLength: batch.length - UNCOUNTED_BYTES,
    leaderEpoch: -1,
    magic: 2,
    crc: 0,
    attributes: codecNumbers[codec],
    lastOffsetDelta: facts.lastOffsetDelta,
    firstTimestamp: BigInt(facts.firstTimestampMs),
    maxTimestamp: BigInt(facts.maxTimestampMs),
    producerId: -1n,
    producerEpoch: -1,
    firstSequence: -1,
  });
  batch.set(writer.finish());
  rewriteBatch(batch, { baseOffset: facts.baseOffset, crc: 'compute' });
  return batch;
}

function varintSize(value: number): number {
  const zigzag = ((value << 1) ^ (value >> 31)) >>> 0;
  if (zigzag < 0x80) return 1;
  if (zigzag < 0x4000) return 2;
  if (zigzag < 0x20_0000) return 3;
  return zigzag < 0x1000_0000 ? 4 : 5;
}

function putVarint(data: Uint8Array, from: number, value: number): number {
  let zigzag = ((value << 1) ^ (value >> 31)) >>> 0;
  let at = from;
  while (zigzag > 0x7f) {
    data[at++] = (zigzag & 0x7f) | 0x80;
    zigzag >>>= 7;
  }
  data[at++] = zigzag;
  return at;
}
