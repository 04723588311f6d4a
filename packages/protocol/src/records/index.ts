/** Record batches: building, reading, rewriting. */
export type { BatchSet, OpenOptions } from './batch.ts';
export { Batch, readBatches } from './batch.ts';
export type { BatchBuilderOptions } from './batch-builder.ts';
export { BatchBuilder, recordSize } from './batch-builder.ts';
export type { BatchHeader, BatchScan } from './batch-header.ts';
export { readBatchHeader, scanBatches } from './batch-header.ts';
export type { Codec, CodecName, Codecs } from './codec.ts';
export { crc32c } from './crc32c.ts';
export { BATCH_HEADER_BYTES, EMPTY_BATCH_BYTES } from './layout.ts';
export type { RecordOrigin } from './record.ts';
export { WireRecord } from './record.ts';
export { RecordBlock } from './record-block.ts';
export type { RecordPlace } from './record-cursor.ts';
export { RecordCursor } from './record-cursor.ts';
export type { BatchRewrite } from './rewrite-batch.ts';
export { rewriteBatch } from './rewrite-batch.ts';
