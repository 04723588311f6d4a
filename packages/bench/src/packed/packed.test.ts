/** The packages as npm would get them: how large they are, what importing them loads, and that they work. */
import { startCluster } from '@fluvio-ts/cluster';
import { startGateway } from '@fluvio-ts/gateway';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { filesLoaded } from './load.ts';
import { type Installed, installPacked } from './pack.ts';
import { bundleBytes, PUBLISHED, programs } from './size.ts';
import { smokeOnNode, smokeOnPage } from './smoke.ts';

/** Packing bundles each package and starts pnpm for it. */
const PACK_MS = 120_000;

describe('packed and installed', () => {
  let installed: Installed;
  beforeAll(async () => {
    installed = await installPacked(PUBLISHED);
  }, PACK_MS);
  afterAll(() => installed?.[Symbol.dispose]());

  const gzipOf = async (contents: string): Promise<number> => (await bundleBytes(contents, installed.folder)).gzip;

  test('the client, its WebSocket and the protocol fit a page', async () => {
    // The target is 40 kB. This holds what there is, so that it grows on purpose or not at all.
    expect(await gzipOf(programs['a page: the client and its WebSocket'])).toBeLessThan(57_000);
  });

  test('a bundle holds what its program names and nothing else', async () => {
    expect(await gzipOf("export { isFluvioError } from '@fluvio-ts/protocol'")).toBeLessThan(800);
    expect(await gzipOf("export { partitionForKey } from '@fluvio-ts/protocol'")).toBeLessThan(2_000);
    expect(await gzipOf(programs['Produce there and back'])).toBeLessThan(7_200);
  });

  test('the package for Node takes at most 2 MB with all that it needs', () => {
    expect(installed.bytesOf('@fluvio-ts/node')).toBeLessThan(2_000_000);
  });

  test('importing the package for Node loads a handful of files', async () => {
    const files = await filesLoaded('@fluvio-ts/node', installed.folder);
    // Of each package its index, and what the index shares with the internal entry.
    expect(files.length, files.join('\n')).toBeLessThanOrEqual(12);
  });

  test('a program on Node, and the bundle of a page, produce and consume', { timeout: PACK_MS }, async () => {
    await using cluster = await startCluster();
    await using gateway = await startGateway({ cluster: { endpoint: cluster.endpoint } });
    expect(await smokeOnNode(installed.folder, cluster.endpoint)).toBe('on Node');
    expect(await smokeOnPage(installed.folder, gateway.url)).toBe('in a page');
  });
});
