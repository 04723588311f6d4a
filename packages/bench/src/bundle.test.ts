import { expect, test } from 'vitest';
import { bundleBytes } from './size.ts';

test('the client, its WebSocket and the protocol fit a page', async () => {
  const { gzip } = await bundleBytes(
    "export { connect } from '@fluvio-ts/client'; export { webSocket } from '@fluvio-ts/adapter-ws'",
  );
  expect(gzip).toBeLessThan(52_000);
});
