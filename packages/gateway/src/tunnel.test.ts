import { once } from 'node:events';
import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, expect, test, vi } from 'vitest';
import { type Gateway, startGateway } from './gateway.ts';
import type { GatewayLimits } from './options.ts';
import { dial } from './testing/client.ts';
import { type ScriptedCluster, scriptedCluster } from './testing/scripted-cluster.ts';

let cluster: ScriptedCluster;
let gateway: Gateway;

afterEach(async () => {
  await gateway[Symbol.asyncDispose]();
  await cluster[Symbol.asyncDispose]();
});

/** A gateway in front of one SPU, number 7, that does with its sockets what the test says. */
async function before(accept: (socket: Socket) => void, limits: GatewayLimits = {}): Promise<string> {
  cluster = await scriptedCluster();
  await cluster.addSpu(7, accept);
  gateway = await startGateway({ cluster: { endpoint: cluster.endpoint }, limits });
  return `${gateway.url}?endpoint=spu&id=7`;
}

const echo = (socket: Socket): void => {
  socket.pipe(socket);
};

/** Bytes that repeat only after 251, so that a shift shows. */
const pattern = (length: number): Buffer => Buffer.from(Uint8Array.from({ length }, (_, i) => i % 251));

test('carries bytes both ways, whatever the borders of messages, fragments and segments', async () => {
  const { ws, read } = await dial(await before(echo));
  const sent = pattern(300_000);
  // One byte, a message in fragments, an empty message, one over the size of a socket's read.
  ws.send(sent.subarray(0, 1));
  ws.send(sent.subarray(1, 4), { fin: false });
  ws.send(sent.subarray(4, 70_000), { fin: false });
  ws.send(sent.subarray(70_000, 70_001));
  ws.send(Buffer.alloc(0));
  ws.send(sent.subarray(70_001));
  expect((await read(sent.length)).equals(sent)).toBe(true);
  ws.close();
});

test('sends the client all that the cluster sent before it ended, then closes with 1000', async () => {
  const sent = pattern(2_000_000);
  const tunnel = await dial(await before((socket) => socket.end(sent)));
  expect(await tunnel.closed).toEqual({ code: 1000, reason: 'SPU 7 ended the connection' });
  expect(tunnel.unread.equals(sent)).toBe(true);
});

test('gives the cluster all that the client sent before it closed, then ends that side', async () => {
  const sent = pattern(2_000_000);
  const arrived: Buffer[] = [];
  let ended: Promise<unknown> | undefined;
  const url = await before((socket) => {
    socket.on('data', (chunk) => arrived.push(chunk));
    ended = once(socket, 'end').then(() => socket.end());
  });
  const { ws, closed } = await dial(url);
  ws.send(sent.subarray(0, 1_000_000));
  ws.send(sent.subarray(1_000_000));
  ws.close(1000);
  expect(await closed).toMatchObject({ code: 1000 });
  await ended;
  expect(Buffer.concat(arrived).equals(sent)).toBe(true);
  await vi.waitFor(() => expect(gateway.connections).toBe(0));
});

test('says that the cluster has reset the connection', async () => {
  const url = await before((socket) => socket.once('data', () => socket.resetAndDestroy()));
  const other = await dial(url);
  const { ws, closed } = await dial(url);
  ws.send('x', { binary: true });
  expect(await closed).toEqual({ code: 4502, reason: 'SPU 7 reset the connection' });
  await vi.waitFor(() => expect(gateway.connections).toBe(1));
  other.ws.send('x', { binary: true });
  expect(await other.closed).toMatchObject({ code: 4502 });
});

test('drops the connection to the cluster when the client breaks off', async () => {
  let gone: Promise<unknown> | undefined;
  const url = await before((socket) => {
    socket.resume();
    gone = Promise.race([once(socket, 'end'), once(socket, 'close')]).then(() => socket.destroy());
  });
  const { ws } = await dial(url);
  ws.terminate();
  await gone;
  await vi.waitFor(() => expect(gateway.connections).toBe(0));
});

test('refuses text, and messages over the limit, with a close code that says so', async () => {
  const url = await before(echo, { maxMessageBytes: 1_000 });
  const text = await dial(url);
  text.ws.send('hello');
  expect(await text.closed).toMatchObject({ code: 1003 });
  const large = await dial(url);
  large.ws.send(pattern(1_000));
  expect(await large.read(1_000)).toHaveLength(1_000);
  large.ws.send(pattern(1_001));
  expect(await large.closed).toMatchObject({ code: 1009 });
});

test('ends a tunnel on which nothing is sent, and none on which something is', async () => {
  const url = await before(echo, { idleTimeoutMs: 300 });
  const idle = await dial(url);
  const busy = await dial(url);
  const talk = setInterval(() => busy.ws.send('x', { binary: true }), 50);
  try {
    expect(await idle.closed).toEqual({ code: 4408, reason: 'nothing was sent for 300 ms' });
    expect(busy.ws.readyState).toBe(busy.ws.OPEN);
  } finally {
    clearInterval(talk);
  }
});

test('drops a client that answers no ping, and keeps one that does', async () => {
  const url = await before(echo, { keepAliveMs: 100 });
  const alive = await dial(url);
  const dead = await dial(url, { autoPong: false });
  expect(await dead.closed).toMatchObject({ code: 1006 });
  alive.ws.send('x', { binary: true });
  expect(await alive.read(1)).toHaveLength(1);
});

test('reads the cluster only as fast as the client takes', async () => {
  const total = 96 * 1024 * 1024;
  const chunk = pattern(64 * 1024 - 5);
  let written = 0;
  const url = await before((socket) => {
    const fill = (): void => {
      while (written < total) {
        written += chunk.length;
        if (!socket.write(chunk)) return;
      }
      socket.end();
    };
    socket.on('drain', fill);
    fill();
  });
  const { ws, closed } = await dial(url);
  ws.pause();
  ws.removeAllListeners('message');
  // What was written lies in the buffers of the system, and in two reads of the gateway.
  expect(await settled(() => written)).toBeLessThan(total / 4);
  let received = 0;
  ws.on('message', (data: Buffer) => {
    if (data[0] !== chunk[received % chunk.length]) ws.terminate();
    received += data.length;
  });
  ws.resume();
  expect(await closed).toMatchObject({ code: 1000 });
  expect(received).toBe(written);
});

test('reads the client only as fast as the cluster takes', async () => {
  const total = 96;
  const message = pattern(1024 * 1024);
  let accepted: Socket | undefined;
  const url = await before((socket) => {
    accepted = socket;
    socket.pause();
  });
  const { ws } = await dial(url);
  let taken = 0;
  for (let i = 0; i < total; i++) ws.send(message, () => taken++);
  // What was taken lies in the buffers of the system and in one message of the gateway.
  expect(await settled(() => taken)).toBeLessThan(total / 4);
  const socket = accepted as Socket;
  let arrived = 0;
  let wrong = 0;
  socket.on('data', (data: Buffer) => {
    if (data[0] !== message[arrived % message.length]) wrong++;
    arrived += data.length;
  });
  socket.resume();
  ws.close();
  await once(socket, 'end');
  socket.end();
  expect({ arrived, wrong }).toEqual({ arrived: total * message.length, wrong: 0 });
});

test('holds next to nothing for clients that take nothing, however much the cluster has for them', async () => {
  const count = 12;
  const chunk = pattern(64 * 1024 - 5);
  const url = await before((socket) => {
    const fill = (): void => {
      while (socket.write(chunk));
    };
    socket.on('drain', fill);
    fill();
  });
  const atStart = await settled(memoryBytes, 4);
  for (let i = 0; i < count; i++) {
    const { ws } = await dial(url);
    ws.pause();
    ws.removeAllListeners('message');
  }
  // The SPU would send for ever; its sockets and the clients hold a chunk or two in this process as well.
  expect((await settled(memoryBytes, 4)) - atStart).toBeLessThan(count * 1024 * 1024);
  await gateway.stop();
});

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** What is in use after a collection, heap and buffers, in steps of 256 KiB. */
function memoryBytes(): number {
  collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return Math.round((heapUsed + arrayBuffers) / 0x40000) * 0x40000;
}

/** The value of `read` once it has stopped changing. */
async function settled(read: () => number, times = 10): Promise<number> {
  for (let last = Number.NaN, same = 0; ; ) {
    const now = read();
    same = now === last ? same + 1 : 0;
    if (same === times) return now;
    last = now;
    await delay(20);
  }
}
