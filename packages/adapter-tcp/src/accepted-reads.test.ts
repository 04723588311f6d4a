import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { connect, createServer } from 'node:net';
import type { BytePipe } from '@fluvio-ts/protocol';
import { afterEach, expect, test } from 'vitest';
import { pipeFromSocket } from './internal.ts';

const cleanups: (() => void)[] = [];

afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
});

/** Both ends of a connection: the accepted one as a pipe. */
async function accepted(): Promise<{ readonly pipe: BytePipe; readonly peer: Socket }> {
  const server = createServer({ allowHalfOpen: true, noDelay: true });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const arrival = once(server, 'connection').then(([socket]) => pipeFromSocket(socket as Socket, 'tcp peer'));
  const peer = connect({ host: '127.0.0.1', port, allowHalfOpen: true });
  const pipe = await arrival;
  cleanups.push(() => {
    peer.destroy();
    pipe.close();
    server.close();
  });
  return { pipe, peer };
}

test('an accepted connection reads megabytes into a few buffers, whether its reader is quick or not', async () => {
  const { pipe, peer } = await accepted();
  const sent = Uint8Array.from({ length: 8 * 1024 * 1024 }, (_, i) => (i * 7) ^ (i >> 9));
  peer.end(sent);
  const received = new Uint8Array(sent.length);
  const large = new Set<ArrayBufferLike>();
  let at = 0;
  for await (const chunk of pipe.incoming) {
    received.set(chunk, at);
    at += chunk.length;
    if (chunk.buffer.byteLength > 4_096) large.add(chunk.buffer);
    if (at % 3 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  expect(at).toBe(sent.length);
  expect(Buffer.compare(received, sent)).toBe(0);
  // Elsewhere sockets have no such places, and allocate for each read.
  if (process.versions.bun === undefined) expect(large.size).toBeLessThanOrEqual(3);
});

test('one that says little keeps a small buffer', async () => {
  const { pipe, peer } = await accepted();
  const chunks = pipe.incoming[Symbol.asyncIterator]();
  const buffers = new Set<ArrayBufferLike>();
  for (const text of ['one', 'two', 'three', 'four', 'five']) {
    peer.write(text);
    const { value } = await chunks.next();
    expect(new TextDecoder().decode(value)).toBe(text);
    buffers.add((value as Uint8Array).buffer);
  }
  expect(buffers.size).toBeLessThanOrEqual(2);
  for (const { byteLength } of buffers) expect(byteLength).toBe(4_096);
});

test('a reader that stops holds the peer up', async () => {
  const { pipe, peer } = await accepted();
  const chunks = pipe.incoming[Symbol.asyncIterator]();
  const first = chunks.next();
  const all = Buffer.alloc(64 * 1024 * 1024, 7);
  peer.end(all);
  let at = (await first).value?.length ?? 0;
  // Turns enough for far more than the buffers of the system hold.
  for (let turn = 0; turn < 200; turn++) await new Promise((resolve) => setImmediate(resolve));
  expect(peer.writableFinished).toBe(false);
  for (let next = await chunks.next(); next.done !== true; next = await chunks.next()) at += next.value.length;
  expect(at).toBe(all.length);
});
