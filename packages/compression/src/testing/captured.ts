/** Batches that foreign clients and a real cluster exchanged, and those in its log files. Absent on most machines. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Batch } from '@fluvio-ts/protocol';
import { decodeHeader, decodeResponse, readBatches, spuApis } from '@fluvio-ts/protocol';
import { fromHex } from './samples.ts';

const folder = resolve(process.env.FLUVIO_VECTORS ?? join(import.meta.dirname, '../../../../../shared/vectors'));

/** Why there is nothing, if so. */
export const absent: string | undefined = existsSync(folder)
  ? undefined
  : `no captured frames: ${folder} does not exist (set FLUVIO_VECTORS)`;

/** A batch and the case it is from. */
export interface CapturedBatch {
  readonly name: string;
  readonly dir: 'req' | 'res';
  readonly batch: Batch;
}

interface Frame {
  readonly name: string;
  readonly role: 'sc' | 'spu';
  readonly dir: 'req' | 'res';
  readonly apiKey: number;
  readonly apiVersion: number;
  readonly hex: string;
}

/** Every batch in the requests and responses between clients and SPUs. */
export function capturedBatches(): CapturedBatch[] {
  if (absent !== undefined) return [];
  // The requests of one file are wrong on purpose.
  const files = readdirSync(folder).filter((name) => name.endsWith('.json') && name !== 'spu-produce-errors.json');
  return files.flatMap((file) => {
    const { frames = [] } = JSON.parse(readFileSync(join(folder, file), 'utf8')) as { frames?: readonly Frame[] };
    return frames.flatMap((frame) => {
      if (frame.role !== 'spu') return [];
      const bytes = fromHex(frame.hex);
      // Of very long frames the capture has the beginning only.
      if (bytes.length !== new DataView(bytes.buffer).getInt32(0) + 4) return [];
      const { name, dir } = frame;
      return recordSets(frame, bytes.subarray(4)).flatMap((set) =>
        readBatches(set).batches.map((batch) => ({ name, dir, batch })),
      );
    });
  });
}

function recordSets({ dir, apiKey, apiVersion }: Frame, bytes: Uint8Array): Uint8Array[] {
  const { Produce, Fetch, StreamFetch } = spuApis;
  if (apiKey === Produce.key && dir === 'req') {
    const { topics } = Produce.request.at(apiVersion).read(decodeHeader(bytes).body);
    return topics.flatMap(({ partitions }) => partitions.map(({ records }) => records));
  }
  if (apiKey === Fetch.key && dir === 'res') {
    const { topics } = decodeResponse(Fetch, apiVersion, bytes);
    return topics.flatMap(({ partitions }) => partitions.map(({ records }) => records));
  }
  if (apiKey === StreamFetch.key && dir === 'res') {
    return [decodeResponse(StreamFetch, apiVersion, bytes).partition.records];
  }
  return [];
}

/** The batches of one topic in a real SPU's data directory, in order. */
export function storedBatches(topic: string): Batch[] {
  const tar = gunzipSync(readFileSync(join(folder, 'real-data-dir.tgz')));
  const text = (from: number, length: number): string =>
    tar.toString('latin1', from, from + length).replace(/\0.*$/s, '');
  const logs: { readonly path: string; readonly bytes: Uint8Array }[] = [];
  for (let at = 0; at + 512 <= tar.length && tar[at] !== 0; ) {
    const size = Number.parseInt(text(at + 124, 12), 8);
    const path = text(at, 100);
    if (path.includes(`/${topic}-0/`) && path.endsWith('.log')) {
      logs.push({ path, bytes: Uint8Array.from(tar.subarray(at + 512, at + 512 + size)) });
    }
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return logs.sort((a, b) => (a.path < b.path ? -1 : 1)).flatMap(({ bytes }) => [...readBatches(bytes).batches]);
}
