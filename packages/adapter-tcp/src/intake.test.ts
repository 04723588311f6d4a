import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { connect, createServer } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { bufferedIntake } from './intake.ts';

const BUFFER_BYTES = 64 * 1024;

const cleanups: (() => void)[] = [];

afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
});

/** A socket that reads through the intake, and a peer that sends `bytes` and ends. */
async function receiving(bytes: Uint8Array, first?: (chunk: Uint8Array) => boolean) {
  const server = createServer((peer) => {
    peer.on('error', () => {});
    peer.end(bytes);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const intake = bufferedIntake(BUFFER_BYTES, { abandoned: () => {}, ...(first && { first }) });
  const { port } = server.address() as AddressInfo;
  const socket: Socket = connect({ host: '127.0.0.1', port, onread: intake.onread });
  intake.attach(socket);
  socket.on('end', () => intake.box.finish());
  cleanups.push(() => {
    socket.destroy();
    server.close();
  });
  return intake;
}

test('megabytes pass through three buffers at most, unharmed', async () => {
  const sent = Uint8Array.from({ length: 8 * 1024 * 1024 }, (_, i) => (i * 7) ^ (i >> 9));
  const { box } = await receiving(sent);
  const buffers = new Set<ArrayBufferLike>();
  const received = new Uint8Array(sent.length);
  let at = 0;
  for await (const chunk of box.incoming) {
    buffers.add(chunk.buffer);
    received.set(chunk, at);
    at += chunk.length;
  }
  expect(at).toBe(sent.length);
  expect(Buffer.compare(received, sent)).toBe(0);
  expect(buffers.size).toBeLessThanOrEqual(3);
});

test('first bytes that are refused reach no reader', async () => {
  let tell: (chunk: number[]) => void = () => {};
  const asked = new Promise<number[]>((resolve) => {
    tell = resolve;
  });
  const { box } = await receiving(Uint8Array.of(0x16, 3, 1), (chunk) => {
    tell([...chunk]);
    return false;
  });
  expect(await asked).toEqual([0x16, 3, 1]);
  expect(box.waitingBytes).toBe(0);
});
