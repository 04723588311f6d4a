/** Finds the end of the records in a transform's output, which more follows. */
import { Reader, type RecordBlock } from '@fluvio-ts/protocol';

/**
 * Where the records end that `output` begins with: a u32 count and that many length-prefixed records.
 *
 * @throws `wire/truncated` or `wire/invalid`
 */
export function measureRecords(output: Uint8Array): number {
  const reader = new Reader(output);
  const count = reader.u32();
  for (let i = 0; i < count; i++) {
    const at = reader.at;
    const length = reader.varint();
    if (length <= 0) throw reader.invalid(`a record length of ${length}`, at);
    if (length > reader.remaining) throw reader.invalid(`a record of ${length} bytes does not fit`, at);
    reader.at += length;
  }
  return reader.at;
}

/**
 * Looks at every record of a block, so that later readers of it cannot fail.
 *
 * @throws `wire/truncated` or `wire/invalid`
 */
export function checkRecords(block: RecordBlock): void {
  const cursor = block.cursor();
  while (cursor.next());
}
