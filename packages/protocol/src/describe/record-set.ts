/** Record sets in frames: the bytes of their batches and records, and what they say. */
import { isFluvioError } from '../errors.ts';
import { int64ToJson } from '../json.ts';
import type { Batch } from '../records/batch.ts';
import { readBatches } from '../records/batch.ts';
import { codecNames } from '../records/codec.ts';
import * as layout from '../records/layout.ts';
import { RecordBlock } from '../records/record-block.ts';
import type { Json } from './json.ts';
import { contentToJson } from './json.ts';
import type { Place } from './place.ts';
import { group, leaf } from './place.ts';

/** Reads a record set where the reader stands; damage in it is shown, and is no error, since the set has a length. */
export function traceRecordSet(place: Place, name: string): Uint8Array {
  const { reader } = place;
  return group(place, name, 'records', (inner) => {
    const length = leaf(inner, 'length', 'i32', () => reader.i32());
    if (length <= 0) return new Uint8Array(0);
    const from = reader.at;
    const bytes = reader.bytes(length);
    reader.at = from;
    reader.within(length, () => {
      untilDamaged(inner, () => {
        for (let i = 0; reader.remaining > 0; i++) traceBatch(inner, `[${i}]`);
      });
    });
    place.recordSets.set(bytes, describeRecordSet(bytes, place));
    return bytes;
  });
}

/** Runs `read`; where that fails, the rest of what the reader may read becomes one part with the reason. */
function untilDamaged(place: Place, read: () => void): void {
  const { reader } = place;
  try {
    read();
  } catch (error) {
    if (!isFluvioError(error)) throw error;
    leaf(
      place,
      'unreadable',
      'raw',
      () => reader.bytes(reader.remaining),
      () => error.message,
    );
  }
}

function traceBatch(place: Place, name: string): void {
  const { reader } = place;
  const missing = readBatches(reader.data.subarray(reader.at, reader.end)).missingBytes;
  const left = reader.remaining;
  const cut = left < layout.UNCOUNTED_BYTES || sizeAt(place) > left;
  if (cut) {
    leaf(
      place,
      name,
      'cut batch',
      () => reader.bytes(left),
      () => `it lacks at least ${missing} bytes`,
    );
    return;
  }
  const size = sizeAt(place);
  group(place, name, 'batch', (inner) => {
    reader.within(size, () => untilDamaged(inner, () => traceWholeBatch(inner)));
  });
}

/** Bytes of the batch that the reader stands at, its length included. */
function sizeAt({ reader }: Place): number {
  return layout.UNCOUNTED_BYTES + reader.view.getInt32(reader.at + layout.BATCH_LENGTH_AT);
}

function traceWholeBatch(place: Place): void {
  const { reader } = place;
  leaf(place, 'baseOffset', 'i64', () => reader.i64());
  leaf(place, 'batchLength', 'i32', () => reader.i32());
  leaf(place, 'leaderEpoch', 'i32', () => reader.i32());
  leaf(place, 'magic', 'i8', () => reader.i8());
  leaf(
    place,
    'crc',
    'u32',
    () => reader.u32(),
    (crc) => crc.toString(16).padStart(8, '0'),
  );
  const attributes = leaf(place, 'attributes', 'i16', () => reader.i16());
  leaf(place, 'lastOffsetDelta', 'i32', () => reader.i32());
  leaf(place, 'firstTimestamp', 'i64', () => reader.i64());
  leaf(place, 'maxTimestamp', 'i64', () => reader.i64());
  leaf(place, 'producerId', 'i64', () => reader.i64());
  leaf(place, 'producerEpoch', 'i16', () => reader.i16());
  leaf(place, 'firstSequence', 'i32', () => reader.i32());
  if ((attributes & layout.SCHEMA_BIT) !== 0) leaf(place, 'schemaId', 'u32', () => reader.u32());
  if ((attributes & layout.CODEC_BITS) !== 0) {
    leaf(place, 'payload', codecNames[attributes & layout.CODEC_BITS] ?? 'raw', () => reader.bytes(reader.remaining));
    return;
  }
  const count = leaf(place, 'count', 'u32', () => reader.u32());
  for (let i = 0; i < count && i < place.show.maxRecords; i++) traceRecord(place, `[${i}]`);
  if (reader.remaining === 0) return;
  const more = Math.max(0, count - place.show.maxRecords);
  leaf(
    place,
    'more',
    'raw',
    () => reader.bytes(reader.remaining),
    () => (more > 0 ? `${more} more records` : 'nothing that is known'),
  );
}

function traceRecord(place: Place, name: string): void {
  const { reader, show } = place;
  const content = (inner: Place, what: string): unknown =>
    leaf(
      inner,
      what,
      'varBytes',
      () => reader.bytes(reader.varint()),
      (bytes) => contentToJson(bytes, show.maxBytes),
    );
  group(place, name, 'record', (inner) => {
    const length = leaf(inner, 'length', 'varint', () => reader.varint());
    if (length < 0) throw reader.invalid('a record has a negative length');
    reader.within(length, () => {
      untilDamaged(inner, () => {
        leaf(inner, 'attributes', 'i8', () => reader.i8());
        leaf(inner, 'timestampDelta', 'varint', () => reader.varint());
        leaf(inner, 'offsetDelta', 'varint', () => reader.varint());
        if (leaf(inner, 'hasKey', 'bool', () => reader.bool())) content(inner, 'key');
        content(inner, 'value');
        leaf(inner, 'headers', 'varint', () => reader.varint());
        if (reader.remaining > 0) throw reader.invalid(`the record goes on for ${reader.remaining} bytes`);
      });
    });
  });
}

/** What a record set says. */
function describeRecordSet(bytes: Uint8Array, place: Place): Json {
  try {
    const { batches, rest, missingBytes } = readBatches(bytes);
    return {
      bytes: bytes.length,
      batches: batches.map((batch) => describeBatch(batch, place)),
      ...(rest.length > 0 ? { cutBatch: { bytes: rest.length, missingBytes } } : {}),
    };
  } catch (error) {
    if (isFluvioError(error)) return { bytes: bytes.length, damaged: error.message };
    throw error;
  }
}

function describeBatch(batch: Batch, { show }: Place): Json {
  const facts = {
    baseOffset: int64ToJson(batch.baseOffset),
    nextOffset: int64ToJson(batch.nextOffset),
    bytes: batch.size,
    crc: attempt(() => batch.verifyCrc()) ?? 'right',
  };
  let codec: string | undefined;
  let records: readonly Json[] = [];
  const problem = attempt(() => {
    codec = batch.codec;
    const block = batch.open(show.codecs);
    if (!(block instanceof RecordBlock)) throw new TypeError('its codec answers with a promise');
    records = describeRecords(block, show);
  });
  return {
    ...facts,
    ...(codec === undefined ? {} : { codec }),
    ...(batch.schemaId === undefined ? {} : { schemaId: batch.schemaId }),
    records,
    ...(problem === undefined ? {} : { notOpened: problem }),
  };
}

function describeRecords(block: RecordBlock, { maxBytes, maxRecords }: Place['show']): Json[] {
  const records: Json[] = [];
  for (const record of block) {
    if (records.length === maxRecords) {
      records.push(`${block.length - maxRecords} more`);
      break;
    }
    const { key, timestampMs } = record;
    records.push({
      offset: int64ToJson(record.offset),
      ...(timestampMs < 0 ? {} : { timestampMs }),
      key: key === null ? null : contentToJson(key, maxBytes),
      value: contentToJson(record.value, maxBytes),
    });
  }
  return records;
}

/** The text of the error that `run` ends with, if it does. */
function attempt(run: () => void): string | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
