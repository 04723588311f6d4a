/** A data folder that a real SPU wrote, read by this storage. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Codecs, RecordBlock } from '@fluvio-ts/protocol';
import { readBatches } from '@fluvio-ts/protocol';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { batchOf, runOf } from '../testing/batches.ts';
import { vectorsDir } from '../testing/vectors.ts';
import { readCheckpoint } from './checkpoint.ts';
import { openLog } from './log.ts';

const archive = join(vectorsDir, 'real-data-dir.tgz');
let dir: string;

beforeAll(() => {
  if (!existsSync(archive)) return;
  dir = mkdtempSync(join(tmpdir(), 'fluvio-real-'));
  execFileSync('tar', ['xzf', archive, '-C', dir]);
});
afterAll(() => {
  if (dir !== undefined) rmSync(dir, { recursive: true });
});

interface Listed {
  readonly topics: Readonly<
    Record<
      string,
      { readonly records: readonly { partition: number; offset: number; key: string | null; value: string }[] }
    >
  >;
}

/** The codecs that Node has; records behind the others are counted by their batches' headers. */
const codecs: Codecs = {
  gzip: { name: 'gzip', compress: (bytes) => bytes, decompress: (bytes) => new Uint8Array(gunzipSync(bytes)) },
};

it('reads every record of a real data folder, and goes on with it', (context) => {
  if (dir === undefined) return context.skip(`no data folder: ${archive} does not exist (set FLUVIO_VECTORS)`);
  const listed = JSON.parse(readFileSync(join(vectorsDir, 'real-data-dir.json'), 'utf8')) as Listed;
  const replicas = join(dir, 'data/spu-logs-5001');
  const text = new TextDecoder();
  let compared = 0;
  let counted = 0;
  for (const name of readdirSync(replicas)) {
    const at = name.lastIndexOf('-');
    const expected = listed.topics[name.slice(0, at)]?.records.filter(
      (r) => r.partition === Number(name.slice(at + 1)),
    );
    const path = join(replicas, name);
    const log = openLog({ dir: path, segmentBytes: 1024, log: (level, message) => expect.fail(`${level} ${message}`) });
    expect(log.endOffset).toBe(readCheckpoint(path));
    if (expected !== undefined) expect(log.endOffset).toBe(expected.length);
    for (let next = log.startOffset; next < log.endOffset; ) {
      const { batches, rest } = readBatches(log.read({ from: next, end: log.endOffset, maxBytes: 300 }));
      expect(rest.length).toBe(0);
      for (const batch of batches) {
        expect(Number(batch.baseOffset)).toBe(next);
        batch.verifyCrc();
        if (expected !== undefined && (batch.codec === 'none' || batch.codec === 'gzip')) {
          for (const record of batch.open(codecs) as RecordBlock) {
            const { offset, key, value } = expected[Number(record.offset)] ?? {};
            expect(Number(record.offset)).toBe(offset);
            expect(record.key === null ? null : text.decode(record.key)).toBe(key);
            expect(text.decode(record.value)).toBe(value);
            compared++;
          }
        } else {
          counted += batch.lastOffsetDelta + 1;
        }
        next = Number(batch.nextOffset);
      }
    }
    const end = log.endOffset;
    expect(log.append(runOf(batchOf('ours')))).toBe(end);
    log.close();
  }
  expect({ compared, counted }).toEqual({ compared: 20 + 80 + 5 + 2, counted: 120 + 6 });
});
