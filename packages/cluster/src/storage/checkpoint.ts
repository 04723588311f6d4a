/** The high watermark on disk: `replication.chk`, 8 bytes big-endian, as Fluvio writes it. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { clusterError } from '../errors.ts';
import { reasonOf } from '../logger.ts';

/** Reads the high watermark that was last written; 0 without one, or with one that cannot be read. */
export function readCheckpoint(dir: string): number {
  try {
    const bytes = readFileSync(fileIn(dir));
    return bytes.length < 8 ? 0 : Number(bytes.readBigInt64BE());
  } catch {
    return 0;
  }
}

/** Writes the high watermark. @throws `storage/io` */
export function writeCheckpoint(dir: string, highWatermark: number): void {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(BigInt(highWatermark));
  try {
    writeFileSync(fileIn(dir), bytes);
  } catch (error) {
    throw clusterError('storage/io', { path: fileIn(dir), action: 'write', reason: reasonOf(error) }, error);
  }
}

function fileIn(dir: string): string {
  return join(dir, 'replication.chk');
}
