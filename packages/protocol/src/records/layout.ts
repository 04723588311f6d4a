/**
 * Where things lie in a batch: the one table of offsets that reading, writing and rewriting share.
 *
 * ```text
 *  0 baseOffset i64 | 8 batchLength i32 | 12 leaderEpoch i32 | 16 magic i8 | 17 crc u32
 * 21 attributes i16 | 23 lastOffsetDelta i32 | 27 firstTimestamp i64 | 35 maxTimestamp i64
 * 43 producerId i64 | 51 producerEpoch i16 | 53 firstSequence i32 | 57 [schemaId u32] payload …
 * ```
 *
 * The payload, when not compressed, is a u32 record count and the records. The checksum covers byte 21 to the end.
 * Rust: `Batch`, fluvio-protocol/src/record/batch.rs.
 */

/** Bytes of a batch header, without a schema id and without the record count. */
export const BATCH_HEADER_BYTES = 57;
/** Bytes of an empty uncompressed batch: the header and the record count. Batch size limits count from here. */
export const EMPTY_BATCH_BYTES = 61;
/** Bytes of the smallest record: no key and an empty value. */
export const SMALLEST_RECORD_BYTES = 7;

export const BASE_OFFSET_AT = 0;
export const BATCH_LENGTH_AT = 8;
export const LEADER_EPOCH_AT = 12;
export const MAGIC_AT = 16;
export const CRC_AT = 17;
export const ATTRIBUTES_AT = 21;
export const LAST_OFFSET_DELTA_AT = 23;
export const FIRST_TIMESTAMP_AT = 27;
export const MAX_TIMESTAMP_AT = 35;
export const PRODUCER_ID_AT = 43;
export const PRODUCER_EPOCH_AT = 51;
export const FIRST_SEQUENCE_AT = 53;
export const SCHEMA_ID_AT = 57;

/** Bytes of a schema id, where the attributes announce one. */
export const SCHEMA_ID_BYTES = 4;
/** What `batchLength` does not count: the base offset and itself. */
export const UNCOUNTED_BYTES = 12;
/** Attribute bits that name the codec. */
export const CODEC_BITS = 0x07;
/** Attribute bit of a batch that carries a schema id. */
export const SCHEMA_BIT = 0x10;
