/**
 * How large the protocol, and a page with the client, are in a bundle: `node packages/bench/dist/size.js`. Minified, gzip level 9, for what different
 * programs use of it; no process apart, since sizes do not vary.
 */
import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { type BenchRow, formatRows } from './row.ts';

/** Programs by what they do: modules that use the package and nothing else. */
const programs = {
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

/** Bytes of a module and everything that it imports, as a browser gets it: minified, gzip level 9. */
export async function bundleBytes(contents: string): Promise<{ readonly minified: number; readonly gzip: number }> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: fileURLToPath(new URL('.', import.meta.url)) },
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    write: false,
  });
  const bytes = outputFiles[0]?.contents ?? new Uint8Array(0);
  return { minified: bytes.length, gzip: gzipSync(bytes, { level: 9 }).length };
}

/** Measures the bundles. */
export async function sizeRows(): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const [title, contents] of Object.entries(programs)) {
    const { minified, gzip } = await bundleBytes(contents);
    const kilobytes = gzip / 1000;
    const note = `${(minified / 1000).toFixed(1)} kB before gzip`;
    rows.push({ case: title, unit: 'kB', median: kilobytes, p10: kilobytes, p90: kilobytes, note });
  }
  return rows;
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  console.log(formatRows(await sizeRows()));
}
