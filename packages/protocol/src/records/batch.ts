/** Reads batches from what a server sends or stores: views over the bytes, decoded only as far as asked. */
import { isFluvioError, protocolError } from '../errors.ts';
import { walkBatches } from './batch-header.ts';
import { plain } from './bytes.ts';
import type { CodecName, Codecs } from './codec.ts';
import { codecNames } from './codec.ts';
import { crc32c } from './crc32c.ts';
import * as layout from './layout.ts';
import { RecordBlock } from './record-block.ts';

/** What a compressed batch may grow to; the largest that servers accept is 32 MiB. */
const MAX_PAYLOAD_BYTES = 128 * 1024 * 1024;

/** The batches of a record set. */
export interface BatchSet {
  /** The complete ones, in order; empty if not even the first is complete. */
  readonly batches: readonly Batch[];
  /** What follows them: the beginning of a batch that the server cut, or nothing. */
  readonly rest: Uint8Array;
  /** How many bytes the batch in {@link rest} lacks: exact from twelve bytes of it on, a lower bound before, 0 without a rest. */
  readonly missingBytes: number;
}

/** Settings of {@link Batch.open}. */
export interface OpenOptions {
  /** Decompressed bytes at which a payload is refused. Default 128 MiB. */
  readonly maxPayloadBytes?: number;
}

/**
 * Finds the batches of a record set.
 *
 * Servers cut sets at a number of bytes, so the last batch may be incomplete. That is no error: it is left in `rest`, to
 * be fetched again from the end of the batch before it, or with a larger limit if it is the first.
 *
 * @throws `wire/invalid` for a header that cannot be
 */
export function readBatches(bytes: Uint8Array): BatchSet {
  const set = plain(bytes);
  const view = new DataView(set.buffer, set.byteOffset, set.byteLength);
  const batches: Batch[] = [];
  const { end, missingBytes } = walkBatches(view, (position, size) => {
    batches.push(new Batch(set, view, position, size));
  });
  return { batches, rest: set.subarray(end), missingBytes };
}

/**
 * One complete batch: a view over the bytes it was read from, which stay in memory as long as it does.
 *
 * The checksum is not verified on reading; see {@link Batch.verifyCrc}.
 */
export class Batch {
  private readonly set: Uint8Array;
  private readonly view: DataView;
  private readonly position: number;
  /** Bytes of the whole batch, header included. */
  readonly size: number;

  /** @internal {@link readBatches} makes batches. */
  constructor(set: Uint8Array, view: DataView, position: number, size: number) {
    this.set = set;
    this.view = view;
    this.position = position;
    this.size = size;
  }

  /** The whole batch, header included. */
  get bytes(): Uint8Array {
    return this.set.subarray(this.position, this.position + this.size);
  }

  /** Offset of the first record. */
  get baseOffset(): bigint {
    return this.view.getBigInt64(this.position + layout.BASE_OFFSET_AT);
  }

  /** How many offsets the batch takes, minus one; −1 for a batch without records. */
  get lastOffsetDelta(): number {
    return this.view.getInt32(this.position + layout.LAST_OFFSET_DELTA_AT);
  }

  /** Offset behind the last record. */
  get nextOffset(): bigint {
    return this.baseOffset + BigInt(this.lastOffsetDelta + 1);
  }

  /** Unix milliseconds that the records' times are relative to; −1 for a batch without times. */
  get firstTimestamp(): bigint {
    return this.view.getBigInt64(this.position + layout.FIRST_TIMESTAMP_AT);
  }

  /** Unix milliseconds of the last record; −1 for a batch without times. */
  get maxTimestamp(): bigint {
    return this.view.getBigInt64(this.position + layout.MAX_TIMESTAMP_AT);
  }

  /** Epoch of the leader that wrote the batch; −1 where epochs are not used. */
  get leaderEpoch(): number {
    return this.view.getInt32(this.position + layout.LEADER_EPOCH_AT);
  }

  /** The checksum as stored, unsigned. */
  get crc(): number {
    return this.view.getUint32(this.position + layout.CRC_AT);
  }

  /** How the payload is compressed. Throws `wire/invalid` for a number that no codec has. */
  get codec(): CodecName {
    const number = this.attributes & layout.CODEC_BITS;
    const name = codecNames[number];
    if (name === undefined) {
      throw this.invalid(`${this.named} has codec ${number}, which does not exist`, layout.ATTRIBUTES_AT);
    }
    return name;
  }

  /** Id of the records' schema, if the batch carries one. No known producer writes it. */
  get schemaId(): number | undefined {
    return this.hasSchema ? this.view.getUint32(this.position + layout.SCHEMA_ID_AT) : undefined;
  }

  /** Record count and records, compressed as {@link codec} says. */
  get payload(): Uint8Array {
    return this.set.subarray(this.position + this.payloadAt, this.position + this.size);
  }

  /**
   * Compares the stored checksum with the bytes.
   *
   * @throws `wire/crc-mismatch` where they differ
   */
  verifyCrc(): void {
    const { position } = this;
    const stored = this.crc;
    const computed = crc32c(this.set, position + layout.ATTRIBUTES_AT, position + this.size);
    if (stored !== computed) {
      throw protocolError('wire/crc-mismatch', { baseOffset: this.baseOffset, stored, computed });
    }
  }

  /**
   * Gives access to the records: at once if the payload is not compressed or its codec answers at once, else by promise.
   *
   * @throws `codec/missing` if the codec is not among `codecs`, `wire/invalid` for a payload that does not decompress, or
   *   into more than allowed, or whose record count cannot be
   */
  open(codecs: Codecs = {}, options: OpenOptions = {}): RecordBlock | Promise<RecordBlock> {
    const name = this.codec;
    if (name === 'none') return this.block(this.payload);
    const codec = codecs[name];
    if (codec === undefined) throw protocolError('codec/missing', { codec: name });
    const { maxPayloadBytes: maxBytes = MAX_PAYLOAD_BYTES } = options;

    const accept = (payload: Uint8Array): RecordBlock => {
      if (payload.length > maxBytes) {
        throw this.invalid(`${this.named} decompresses to more than ${maxBytes} bytes`, this.payloadAt);
      }
      return this.block(payload);
    };
    const refuse = (cause: unknown): never => {
      if (isFluvioError(cause)) throw cause;
      throw this.invalid(`${this.named} does not decompress as ${name}`, this.payloadAt, cause);
    };
    let payload: Uint8Array | Promise<Uint8Array>;
    try {
      payload = codec.decompress(this.payload, { maxBytes });
    } catch (cause) {
      return refuse(cause);
    }
    return payload instanceof Uint8Array ? accept(payload) : payload.then(accept, refuse);
  }

  private block(payload: Uint8Array): RecordBlock {
    return new RecordBlock(payload, {
      baseOffset: this.baseOffset,
      firstTimestampMs: Number(this.firstTimestamp),
    });
  }

  private get attributes(): number {
    return this.view.getInt16(this.position + layout.ATTRIBUTES_AT);
  }

  private get hasSchema(): boolean {
    return (this.attributes & layout.SCHEMA_BIT) !== 0;
  }

  private get payloadAt(): number {
    return layout.BATCH_HEADER_BYTES + (this.hasSchema ? layout.SCHEMA_ID_BYTES : 0);
  }

  private get named(): string {
    return `the batch at offset ${this.baseOffset}`;
  }

  private invalid(what: string, at: number, cause?: unknown): Error {
    return protocolError('wire/invalid', { what, at }, cause);
  }
}
