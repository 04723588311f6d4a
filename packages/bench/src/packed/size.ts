/**
 * How large the packages are as published: in a bundle (minified, gzip level 9) for what different programs use of them, on a
 * disk, and in what importing them costs.
 */
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { type BenchRow, spread } from '../row.ts';
import { filesLoaded, importMs } from './load.ts';
import { installPacked } from './pack.ts';

/** What is measured as published. */
export const PUBLISHED = ['@fluvio-ts/node', '@fluvio-ts/adapter-ws'] as const;

/** Programs by what they do: modules that use the packages and nothing else. */
export const programs = {
  'record batches': "export { BatchBuilder, readBatches } from '@fluvio-ts/protocol'",
  'Produce there and back': "export { encodeRequest, decodeResponse, Produce } from '@fluvio-ts/protocol'",
  'every API of the SPU': "export { encodeRequest, decodeResponse, spuApis } from '@fluvio-ts/protocol'",
  'every API of both servers':
    "export { encodeRequest, decodeResponse, negotiate, scApis, spuApis } from '@fluvio-ts/protocol'",
  'APIs, batches, keys, frames and error texts':
    'export { encodeRequest, decodeResponse, negotiate, scApis, spuApis, BatchBuilder, readBatches, partitionForKey, ' +
    "frameSplitter, errorText, isFluvioError } from '@fluvio-ts/protocol'",
  'every export, by its name': "export * from '@fluvio-ts/protocol'",
  'a page: the client and its WebSocket':
    "export { connect } from '@fluvio-ts/client'; export { webSocket } from '@fluvio-ts/adapter-ws'",
};

/** Bytes of a program and everything that it imports from `folder`, as a browser gets it: minified, gzip level 9. */
export async function bundleBytes(contents: string, folder: string): Promise<BundleBytes> {
  const text = await bundleText(contents, folder);
  return { minified: text.length, gzip: gzipSync(text, { level: 9 }).length };
}

/** Sizes of a bundle. */
export interface BundleBytes {
  readonly minified: number;
  readonly gzip: number;
}

/** The bundle itself. */
export async function bundleText(contents: string, folder: string): Promise<Uint8Array> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: folder },
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    write: false,
  });
  return outputFiles[0]?.contents ?? new Uint8Array(0);
}

/** Imports of fresh processes, half of them enough to be sure of the median. */
const IMPORTS = 15;

/** Measures the packages as published. */
export async function sizeRows(): Promise<BenchRow[]> {
  using installed = await installPacked(PUBLISHED);
  const { folder } = installed;
  const rows: BenchRow[] = [];
  for (const [title, contents] of Object.entries(programs)) {
    const { minified, gzip } = await bundleBytes(contents, folder);
    const target = title.startsWith('a page') ? 'target 40 kB; ' : '';
    rows.push(fixed(title, 'kB', gzip / 1000, `${target}${(minified / 1000).toFixed(1)} kB before gzip`));
  }
  const name = '@fluvio-ts/node';
  rows.push(fixed(`${name} installed, with what it needs`, 'MB', installed.bytesOf(name) / 1e6, 'target 2 MB'));
  rows.push(fixed(`files that import('${name}') loads`, 'files', (await filesLoaded(name, folder)).length));
  const times: number[] = [];
  for (let i = 0; i < IMPORTS; i++) times.push(await importMs(name, folder));
  rows.push({ case: `import('${name}') in a fresh process`, unit: 'ms', ...spread(times), note: 'target 15 ms' });
  return rows;
}

const fixed = (title: string, unit: string, value: number, note?: string): BenchRow => ({
  case: title,
  unit,
  median: value,
  p10: value,
  p90: value,
  ...(note !== undefined && { note }),
});
