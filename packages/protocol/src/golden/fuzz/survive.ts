/**
 * What must hold whatever the bytes are: a value or a `FluvioError`, never another exception; a value that can be written
 * reads back as it was; and no value is larger than its bytes times a constant.
 *
 * Each check answers with its outcome, which the corpus of earlier finds pins.
 */
import { inspect, isDeepStrictEqual } from 'node:util';
import { describeFrame, frameLine } from '../../describe/index.ts';
import { isFluvioError } from '../../errors.ts';
import { frameSplitter } from '../../frames.ts';
import { decodeHeader, decodeResponse, encodeRequest, encodeResponse } from '../../messages/envelope.ts';
import type { Batch, BatchSet } from '../../records/batch.ts';
import { readBatches } from '../../records/batch.ts';
import { scanBatches } from '../../records/batch-header.ts';
import type { Codecs } from '../../records/codec.ts';
import { RecordBlock } from '../../records/record-block.ts';
import { rewriteBatch } from '../../records/rewrite-batch.ts';
import { Reader } from '../../wire/reader.ts';
import type { Message } from './seeds.ts';
import { weightOf } from './weight.ts';

/** What became of some bytes. */
export interface Outcome {
  /** `value`, or the code of the error. */
  readonly code: string;
  /** The error's text, or more about the value. */
  readonly detail: string;
}

const VALUE: Outcome = { code: 'value', detail: '' };

/** Bytes of heap that a value may take for each byte of its frame, as {@link weightOf} counts them: a little too many. */
const MOST_PER_BYTE = 80;
/** What a message with nothing in it may take: its struct with all its fields. */
const MOST_FOR_NOTHING = 500;

/** A frame as one side of a connection gets it, without its length. */
export function surviveMessage({ api, dir }: Message, version: number, frame: Uint8Array): Outcome {
  let spoken = version;
  let correlationId = 0;
  let clientId = '';
  let value: unknown;
  try {
    if (dir === 'request') {
      const { header, body } = decodeHeader(frame);
      ({ apiVersion: spoken, correlationId, clientId } = header);
      value = api.request.at(spoken).read(body);
    } else {
      correlationId = new Reader(frame).i32();
      value = decodeResponse(api, version, frame);
    }
  } catch (error) {
    return outcomeOf(error);
  }
  const weight = weightOf(value);
  if (weight > MOST_FOR_NOTHING + frame.length * MOST_PER_BYTE) {
    throw new Error(`${frame.length} bytes became a value of about ${weight}`);
  }

  const again =
    dir === 'request'
      ? encodeRequest(api, spoken, correlationId, clientId, value)
      : encodeResponse(api, spoken, correlationId, value);
  const back =
    dir === 'request'
      ? api.request.at(spoken).read(decodeHeader(again.subarray(4)).body)
      : decodeResponse(api, spoken, again.subarray(4));
  if (isDeepStrictEqual(back, value)) return VALUE;
  if (newer.test(inspect(value, { depth: 20 }))) return { code: 'value', detail: 'that older readers are not told' };
  throw new Error('a value did not come back as it was');
}

/** Variants that are written as older ones for readers that cannot know them. */
const newer = /OutOfStorage|DetailFailure/;

/** The same frame for people: whatever is in it, it is described. */
export function surviveDescription({ api, dir }: Message, version: number, frame: Uint8Array): void {
  const { server, key } = api;
  const description = describeFrame(frame, {
    server,
    direction: dir,
    answers: { apiKey: key, apiVersion: version },
    codecs: stored,
  });
  if (frameLine(description).length === 0) throw new Error('a description says nothing');
}

/** Codecs that take a payload for its own compressed form. */
const stored: Codecs = Object.fromEntries(
  (['gzip', 'snappy', 'lz4', 'zstd'] as const).map((name) => [
    name,
    { name, compress: (bytes: Uint8Array) => bytes, decompress: (bytes: Uint8Array) => bytes },
  ]),
);

/** The bytes of a record set. */
export function surviveBatches(bytes: Uint8Array): Outcome {
  const positions: number[] = [];
  let scanned: Outcome | undefined;
  try {
    const { end } = scanBatches(bytes, ({ position, size }) => positions.push(position, size));
    positions.push(end);
  } catch (error) {
    scanned = outcomeOf(error);
  }
  let set: BatchSet;
  try {
    set = readBatches(bytes);
  } catch (error) {
    const outcome = outcomeOf(error);
    if (!isDeepStrictEqual(outcome, scanned)) {
      throw new Error(`reading says ${outcome.detail}, scanning ${scanned?.detail}`);
    }
    return outcome;
  }
  const found = set.batches.flatMap((batch) => [batch.bytes.byteOffset - bytes.byteOffset, batch.size]);
  found.push(bytes.length - set.rest.length);
  if (!isDeepStrictEqual(found, positions)) throw new Error(`reading found ${found}, scanning ${positions}`);

  let worst = VALUE;
  for (const batch of set.batches) {
    const outcomes = [
      attempt(() => look(batch)),
      attempt(() => batch.verifyCrc()),
      attempt(() => walk(batch.open(stored) as RecordBlock)),
      attempt(() => {
        const copy = batch.bytes.slice();
        rewriteBatch(copy, { baseOffset: 5n, leaderEpoch: 1, crc: 'compute' });
        const [rewritten] = readBatches(copy).batches;
        rewritten?.verifyCrc();
        if (rewritten?.baseOffset !== 5n) throw new Error('a rewritten batch has another offset');
      }),
    ];
    worst = outcomes.find(({ code }) => code !== 'value') ?? worst;
  }
  return worst;
}

/** Everything that a batch says without being opened. */
function look(batch: Batch): void {
  const { baseOffset, nextOffset, size, payload } = batch;
  if (nextOffset < baseOffset) throw new Error(`a batch ends at ${nextOffset}, before its beginning at ${baseOffset}`);
  const schemaBytes = batch.schemaId === undefined ? 0 : 4;
  if (payload.length !== size - 57 - schemaBytes) throw new Error('a payload is not the rest of its batch');
  void [batch.codec, batch.firstTimestamp, batch.maxTimestamp, batch.leaderEpoch, batch.crc];
}

/** The bytes of a payload: a record count and records. */
export function surviveRecords(payload: Uint8Array): Outcome {
  return attempt(() => walk(new RecordBlock(payload, { baseOffset: 0n, firstTimestampMs: 1 })));
}

function walk(block: RecordBlock): void {
  if (block.length > block.payload.length / 7) throw new Error(`${block.length} records cannot be in that few bytes`);
  const expected = recordsSimply(block.payload);
  const records: [Uint8Array | null, Uint8Array][] = [];
  try {
    for (const record of block) {
      records.push([record.key, record.value]);
      attempt(() => record.text());
      attempt(() => record.keyText());
    }
  } catch (error) {
    if (expected !== undefined) throw new Error('sound records are refused', { cause: error });
    throw error;
  }
  if (!isDeepStrictEqual(records, expected)) throw new Error('the records are others than they should be');
}

/** Keys and values of a payload, read without haste; undefined where it is damaged. */
function recordsSimply(payload: Uint8Array): [Uint8Array | null, Uint8Array][] | undefined {
  const reader = new Reader(payload);
  const content = (): Uint8Array => reader.bytes(reader.varint());
  const records: [Uint8Array | null, Uint8Array][] = [];
  try {
    for (let count = reader.u32(); count > 0; count--) {
      const end = reader.varint() + reader.at;
      reader.i8();
      reader.varint();
      reader.varint();
      records.push([reader.bool() ? content() : null, content()]);
      reader.varint();
      if (reader.at !== end) return undefined;
    }
  } catch {
    return undefined;
  }
  return reader.remaining === 0 ? records : undefined;
}

/** A stream of frames, cut into chunks of `sizes` in turn: the same frames and the same end as it has for a simple reader. */
export function surviveStream(stream: Uint8Array, sizes: readonly number[], limitBytes: number): Outcome {
  const whole = splitSimply(stream, limitBytes);
  const pieces: Uint8Array[] = [];
  for (let at = 0, i = 0; at < stream.length; i++) {
    const size = Math.max(1, sizes[i % sizes.length] as number);
    pieces.push(stream.subarray(at, at + size));
    at += size;
  }
  const cut = split(pieces, limitBytes);
  const { frames } = whole;
  if (!isDeepStrictEqual(cut.frames, frames) || (cut.end.code === 'value') !== whole.complete) {
    throw new Error(`cut by ${sizes}, the stream has other frames`);
  }
  return cut.end;
}

/** What a splitter must find, without its states. */
function splitSimply(
  stream: Uint8Array,
  limitBytes: number,
): { readonly frames: readonly Uint8Array[]; readonly complete: boolean } {
  const view = new DataView(stream.buffer, stream.byteOffset, stream.byteLength);
  const frames: Uint8Array[] = [];
  for (let at = 0; at + 4 <= stream.length; ) {
    const length = view.getInt32(at);
    if (length < 4 || length > limitBytes) return { frames, complete: false };
    if (at + 4 + length > stream.length) break;
    frames.push(stream.slice(at + 4, at + 4 + length));
    at += 4 + length;
  }
  return { frames, complete: true };
}

function split(
  pieces: readonly Uint8Array[],
  limitBytes: number,
): { readonly frames: readonly Uint8Array[]; readonly end: Outcome } {
  const splitter = frameSplitter(limitBytes);
  const frames: Uint8Array[] = [];
  const end = attempt(() => {
    for (const piece of pieces) splitter.push(piece, (frame) => frames.push(frame));
  });
  return { frames, end };
}

function attempt(run: () => unknown): Outcome {
  try {
    run();
    return VALUE;
  } catch (error) {
    return outcomeOf(error);
  }
}

/** The code of a `FluvioError`; anything else is what this is all about, and goes on. */
function outcomeOf(error: unknown): Outcome {
  if (isFluvioError(error)) return { code: error.code, detail: error.message };
  throw error;
}
