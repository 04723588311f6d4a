/** The proxy between raw sockets: what passes, and what does not. */
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import type { WireEvent } from './events.ts';
import { startProxy, type WireProxy } from './proxy.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

interface Setting {
  readonly proxy: WireProxy;
  readonly events: WireEvent[];
  readonly client: Socket;
  /** Resolves when an event of this kind has been seen. */
  seen(kind: WireEvent['kind']): Promise<WireEvent>;
}

/** A client, a proxy, and a server that does this with its connection. */
async function setting(serve: (socket: Socket) => void, hold: Promise<void> = Promise.resolve()): Promise<Setting> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => {});
    cleanups.push(() => socket.destroy());
    serve(socket);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanups.push(() => server.close());
  const events: WireEvent[] = [];
  const listeners = new Set<() => void>();
  const proxy = await startProxy({
    listen: { host: '127.0.0.1', port: 0 },
    to: { host: '127.0.0.1', port: (server.address() as { readonly port: number }).port },
    server: 'sc',
    follow: true,
    connectTimeoutMs: 5_000,
    observe(event) {
      events.push(event);
      for (const each of listeners) each();
      return event.kind === 'message' ? hold : Promise.resolve();
    },
    followed: () => {},
  });
  cleanups.push(() => proxy.stop());
  const client = connect({ ...proxy.address, allowHalfOpen: true });
  client.on('error', () => {});
  cleanups.push(() => client.destroy());
  return {
    proxy,
    events,
    client,
    seen: (kind) =>
      new Promise((resolve) => {
        const look = (): void => {
          const found = events.find((event) => event.kind === kind);
          if (found === undefined) return;
          listeners.delete(look);
          resolve(found);
        };
        listeners.add(look);
        look();
      }),
  };
}

async function all(socket: Socket): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('hex');
}

const echo = (socket: Socket): void => void socket.pipe(socket);

test.each([
  ['that are no frames', 'ffffffff0102', 'no length of a frame'],
  ['of TLS', '1603010200010001', 'TLS'],
  ['of half a frame', '000000500102030405', 'ended within a frame'],
  ['of a frame that says nothing', '0000000403e70001', undefined],
])('bytes %s pass both ways unchanged, up to the end', async (_, hex, why) => {
  const { client, events, seen } = await setting(echo);
  client.end(Buffer.from(hex, 'hex'));
  expect(await all(client)).toBe(hex);
  await seen('close');
  const told = events.filter((event) => event.kind === 'bytes');
  if (why === undefined) expect(events.filter(({ kind }) => kind === 'message')).toHaveLength(2);
  else expect(told.map((event) => event.why)).toEqual([expect.stringContaining(why), expect.stringContaining(why)]);
  expect(events.at(-1)).not.toHaveProperty('reason');
});

test('a server that cannot be reached is told, and the client is let go', async () => {
  const closed = createServer().listen(0, '127.0.0.1');
  await once(closed, 'listening');
  const { port } = closed.address() as { readonly port: number };
  closed.close();
  await once(closed, 'close');
  const events: WireEvent[] = [];
  const proxy = await startProxy({
    listen: { host: '127.0.0.1', port: 0 },
    to: { host: '127.0.0.1', port },
    server: 'sc',
    follow: true,
    connectTimeoutMs: 5_000,
    observe: async (event) => void events.push(event),
    followed: () => {},
  });
  cleanups.push(() => proxy.stop());
  const client = connect(proxy.address);
  client.on('error', () => {});
  await once(client, 'close');
  await proxy.stop();
  expect(events.at(-1)).toMatchObject({ kind: 'close', reason: expect.stringContaining('ECONNREFUSED') });
});

test('a reader that is slow holds its own sender back, and nobody else', async () => {
  let taken = 0;
  const held: Socket[] = [];
  const { client, proxy } = await setting((socket) => {
    if (held.push(socket) > 1) echo(socket);
  });
  const chunk = Buffer.alloc(1 << 20, 0xff);
  const total = 64;
  for (let sent = 0; sent < total; sent++) client.write(chunk);

  // As much passes by on another connection, so that there was time for all of the first.
  const other = connect({ ...proxy.address, allowHalfOpen: true });
  cleanups.push(() => other.destroy());
  let passed = 0;
  other.on('data', (bytes) => {
    passed += bytes.length;
  });
  for (let sent = 0; sent < total; sent++) if (!other.write(chunk)) await once(other, 'drain');
  other.end();
  await once(other, 'end');
  expect(passed).toBe(total << 20);
  expect(client.writableLength).toBeGreaterThan(0);

  const [slow] = held;
  slow?.on('data', (bytes) => {
    taken += bytes.length;
  });
  slow?.on('end', () => slow.end());
  client.end();
  await once(client.resume(), 'end');
  expect(taken).toBe(total << 20);
});

test('stopping cuts connections and resolves when all is told', async () => {
  const { proxy, client, events, seen } = await setting(echo);
  client.write(Buffer.from('0000000403e70001', 'hex'));
  await seen('message');
  const ended = once(client.resume(), 'end');
  await proxy.stop();
  await ended;
  expect(events.at(-1)).toMatchObject({ kind: 'close' });
});
