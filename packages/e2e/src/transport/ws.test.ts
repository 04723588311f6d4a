/** WebSocket: the conformance suite in Node and over a browser's interface, refusals, limits and closes. */
import { createServer as createHttpServer, type Server, type ServerResponse } from 'node:http';
import { createServer } from 'node:net';
import { type WebSocketOptions, webSocket } from '@fluvio-ts/adapter-ws';
import { webSocket as platformWebSocket, type WebSocketConstructor } from '@fluvio-ts/adapter-ws/browser';
import type { BytePipe, Endpoint, Transport } from '@fluvio-ts/protocol';
import { afterEach, describe, expect, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { certificateAuthority } from '../certificates.ts';
import { transportConformance } from './conformance.ts';
import { deadPort, fastSink, listen, muteServer } from './far-side.ts';
import { type FarWebSocketServer, farWebSocketServer } from './far-ws.ts';
import { turns, writeUntilTimer } from './support.ts';

const sc: Endpoint = { kind: 'sc', address: { host: 'sc.cluster', port: 9003 } };
const spu: Endpoint = { kind: 'spu', id: 5001, name: 'main-0', address: { host: '10.0.0.1', port: 9010 } };

/** Node's `ws` offers a browser's interface too: what stands in for one here. */
const implementation = WebSocket as unknown as WebSocketConstructor;

type Factory = (options: WebSocketOptions) => Transport;
const platform: Factory = ({ url, connectTimeoutMs = 10_000 }) =>
  platformWebSocket({ url, connectTimeoutMs, implementation });

/** A rig of the conformance suite for one of the two builds. */
async function rigFor(make: Factory) {
  const server = await farWebSocketServer();
  const port = await deadPort();
  const at = (where: number): Endpoint => ({ kind: 'sc', address: { host: '127.0.0.1', port: where } });
  return {
    server,
    transport: make({ url: server.url }),
    dead: { endpoint: at(port), transport: make({ url: `ws://127.0.0.1:${port}` }) },
    silent: async () => {
      const mute = await muteServer();
      const url = `ws://127.0.0.1:${mute.endpoint.address.port}`;
      return { ...mute, transport: make({ url, connectTimeoutMs: 100 }) };
    },
  };
}

transportConformance('ws in Node', () => rigFor(webSocket), { halfClose: false, stallsPeer: true });

transportConformance("ws over a browser's WebSocket", () => rigFor(platform), {
  halfClose: false,
  stallsPeer: false,
  refusal: 'websocket/failed',
});

const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function serve(...args: Parameters<typeof farWebSocketServer>): Promise<FarWebSocketServer> {
  const server = await farWebSocketServer(...args);
  cleanups.push(() => server.close());
  return server;
}

async function connectTo(to: Endpoint, transport: Transport): Promise<BytePipe> {
  const pipe = await transport.connect(to);
  cleanups.push(() => pipe.close());
  return pipe;
}

const next = (pipe: BytePipe) => pipe.incoming[Symbol.asyncIterator]().next();

describe('the URL', () => {
  test.each([
    ['Node', webSocket],
    ['a browser', platform],
  ])('asks for the endpoint, by id and not by address: %s', async (_, make) => {
    const server = await serve();
    await connectTo(sc, make({ url: `${server.url}?cluster=a` }));
    await connectTo(spu, make({ url: server.url.replace('ws:', 'http:') }));
    expect(server.requests.map(({ url }) => url)).toEqual([
      '/tunnel?cluster=a&endpoint=sc',
      '/tunnel?endpoint=spu&id=5001',
    ]);
  });

  test('is named in errors without its secrets', async () => {
    const port = await deadPort();
    const url = `ws://me:hidden@127.0.0.1:${port}/tunnel?token=secret`;
    const error = await webSocket({ url })
      .connect(spu)
      .catch((why: Error) => why);
    expect(error).toMatchObject({
      code: 'connection/refused',
      context: { peer: `ws://127.0.0.1:${port}/tunnel?endpoint=spu&id=5001` },
    });
    expect(JSON.stringify([error, (error as Error).message])).not.toMatch(/secret|hidden/);
  });

  test.each(['gateway', 'tcp://localhost:9003', ''])('%j is refused before anything is dialled', (url) => {
    for (const make of [webSocket, platform]) {
      expect(() => make({ url })).toThrow(expect.objectContaining({ code: 'websocket/options' }));
    }
  });
});

describe('credentials', () => {
  test('Node sends the token and other headers as headers', async () => {
    const server = await serve();
    await connectTo(sc, webSocket({ url: server.url, token: 's3cret', headers: { 'X-Team': 'blue' } }));
    const [request] = server.requests;
    expect(request?.headers).toMatchObject({ authorization: 'Bearer s3cret', 'x-team': 'blue' });
    expect(request?.url).not.toContain('s3cret');
  });

  test('a browser sends the token in the URL, and keeps it out of errors', async () => {
    const server = await serve();
    const pipe = await connectTo(sc, platformWebSocket({ url: server.url, token: 'a b', implementation }));
    expect(server.requests[0]?.url).toBe('/tunnel?endpoint=sc&token=a+b');
    expect(pipe.peer).not.toContain('a+b');
  });
});

describe('TLS', () => {
  test('verifies the gateway against the given authority, or refuses it', async () => {
    const authority = await certificateAuthority();
    const server = await serve(await authority.issue({ ips: ['127.0.0.1'] }));
    const pipe = await connectTo(sc, webSocket({ url: server.url, tls: { ca: authority.cert } }));
    await pipe.write([Uint8Array.of(1, 2)]);
    expect([...(await (await server.accept()).bytes(2))]).toEqual([1, 2]);
    await expect(webSocket({ url: server.url }).connect(sc)).rejects.toMatchObject({ code: 'tls/certificate' });
    await connectTo(sc, webSocket({ url: server.url, tls: { insecureSkipVerify: true } }));
  });

  test('wss: to a plaintext gateway says so', async () => {
    const server = await serve();
    await expect(webSocket({ url: server.url.replace('ws:', 'wss:') }).connect(sc)).rejects.toMatchObject({
      code: 'tls/handshake',
      message: expect.stringContaining('use ws:'),
    });
  });
});

describe('a refused handshake', () => {
  async function httpServer(answer: (response: ServerResponse) => void): Promise<string> {
    const refuse = (_request: unknown, response: ServerResponse) => answer(response);
    const server: Server = createHttpServer(refuse);
    const port = await listen(server);
    cleanups.push(() => new Promise((resolve) => server.close(resolve)));
    return `ws://127.0.0.1:${port}/tunnel`;
  }

  test.each([
    [401, 'give `token`'],
    [403, 'not allowed'],
    [404, 'no tunnel'],
  ])('with %i names the status, what the gateway says, and what to do', async (status, fix) => {
    const url = await httpServer((response) =>
      response.writeHead(status, { 'Content-Type': 'text/plain' }).end('no such luck\nmore of it'),
    );
    await expect(webSocket({ url }).connect(sc)).rejects.toMatchObject({
      code: 'websocket/refused',
      context: { status, reason: 'no such luck', peer: `${url}?endpoint=sc` },
      message: expect.stringContaining(fix),
    });
  });

  test.each([429, 502, 503, 504])('with %i may be repeated, and quotes the message of JSON', async (status) => {
    const url = await httpServer((response) =>
      response
        .writeHead(status, { 'Content-Type': 'application/json' })
        .end(JSON.stringify({ code: 'tunnel/busy', message: 'no tunnel is free'.padEnd(150, '.') })),
    );
    await expect(webSocket({ url }).connect(sc)).rejects.toMatchObject({
      code: 'websocket/unavailable',
      retryable: true,
      context: { status, reason: 'no tunnel is free'.padEnd(150, '.') },
    });
  });

  test('without words has those of HTTP, and an endless or HTML body is not quoted', async () => {
    const bare = await httpServer((response) => response.writeHead(403).end());
    await expect(webSocket({ url: bare }).connect(sc)).rejects.toMatchObject({ context: { reason: 'Forbidden' } });
    const page = await httpServer((response) => {
      response.writeHead(200, { 'Content-Type': 'text/html' }).write('<html>');
    });
    await expect(webSocket({ url: page }).connect(sc)).rejects.toMatchObject({
      context: { status: 200, reason: 'OK' },
    });
    const endless = await httpServer((response) => {
      response.writeHead(500, { 'Content-Type': 'text/plain' }).write('x'.repeat(100_000));
    });
    await expect(webSocket({ url: endless }).connect(sc)).rejects.toMatchObject({
      context: { status: 500, reason: 'x'.repeat(200) },
    });
  });

  test('by something that is not HTTP says so', async () => {
    const server = createServer((socket) =>
      socket
        .on('error', () => {})
        .resume()
        .end('SSH-2.0-OpenSSH\r\n'),
    );
    const port = await listen(server);
    cleanups.push(() => new Promise((resolve) => server.close(resolve)));
    await expect(webSocket({ url: `ws://127.0.0.1:${port}` }).connect(sc)).rejects.toMatchObject({
      code: 'websocket/protocol',
    });
  });

  test('tells a browser nothing, and the error says where to look', async () => {
    const url = await httpServer((response) => response.writeHead(403).end());
    await expect(platform({ url }).connect(sc)).rejects.toMatchObject({
      code: 'websocket/failed',
      message: expect.stringContaining('console'),
    });
  });
});

describe.each([
  ['Node', webSocket],
  ['a browser', platform],
])('a close by the gateway, seen from %s', (_, make) => {
  /** A pipe, and the socket at its other end. */
  async function open(): Promise<{ pipe: BytePipe; far: WebSocket }> {
    const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
    cleanups.push(() => new Promise((resolve) => server.close(resolve)));
    await new Promise((resolve) => server.once('listening', resolve));
    const accepted = new Promise<WebSocket>((resolve) => server.once('connection', resolve));
    const { port } = server.address() as { port: number };
    const pipe = await connectTo(sc, make({ url: `ws://127.0.0.1:${port}` }));
    return { pipe, far: await accepted };
  }

  test.each([[1000], [undefined]])('with the normal code (%s) is a clean end', async (code) => {
    const { pipe, far } = await open();
    far.send(Uint8Array.of(1));
    far.close(code);
    const parts: number[] = [];
    for await (const chunk of pipe.incoming) parts.push(...chunk);
    expect(parts).toEqual([1]);
    expect(await pipe.closed).toBeUndefined();
    await expect(pipe.write([Uint8Array.of(1)])).rejects.toMatchObject({ code: 'connection/closed' });
  });

  test('with another code is an error that carries code and reason, after all that came before', async () => {
    const { pipe, far } = await open();
    far.send(Uint8Array.of(1));
    far.close(4403, 'SPU 9 is not of this cluster');
    const reader = pipe.incoming[Symbol.asyncIterator]();
    expect([...((await reader.next()).value ?? [])]).toEqual([1]);
    await expect(reader.next()).rejects.toMatchObject({
      code: 'websocket/closed',
      context: { closeCode: 4403, reason: 'SPU 9 is not of this cluster' },
      message: expect.stringContaining('not allowed'),
    });
  });

  test('a text message is not a tunnel', async () => {
    const { pipe, far } = await open();
    far.send('hello');
    await expect(next(pipe)).rejects.toMatchObject({ code: 'websocket/protocol' });
    expect(await pipe.closed).toMatchObject({ code: 'websocket/protocol' });
  });
});

test.each([100, 1024 * 1024])('writes of %i bytes to a fast peer leave timers their turn', async (size) => {
  const sink = await fastSink('ws');
  cleanups.push(() => sink.close());
  const pipe = await connectTo(sc, webSocket({ url: `ws://127.0.0.1:${sink.port}` }));
  await writeUntilTimer(pipe, size);
});

describe('limits', () => {
  test("a browser's pipe that nobody reads ends when too much has piled up", async () => {
    const server = await serve();
    const limit = 1024 * 1024;
    const pipe = await connectTo(sc, platformWebSocket({ url: server.url, implementation, maxInboundBytes: limit }));
    const far = await server.accept();
    for (let sent = 0; sent <= limit; sent += 100_000) await far.send(new Uint8Array(100_000));
    expect(await pipe.closed).toMatchObject({ code: 'connection/overflow', context: { limitBytes: limit } });
    await expect(next(pipe)).rejects.toMatchObject({ code: 'connection/overflow' });
  });

  test('large writes go in messages that a gateway takes, small ones share messages', async () => {
    const server = new WebSocketServer({ host: '127.0.0.1', port: 0, maxPayload: 1024 * 1024 });
    cleanups.push(() => new Promise((resolve) => server.close(resolve)));
    await new Promise((resolve) => server.once('listening', resolve));
    const sizes: number[] = [];
    server.on('connection', (socket) => socket.on('message', (data: Buffer) => sizes.push(data.length)));
    const { port } = server.address() as { port: number };
    const pipe = await connectTo(sc, webSocket({ url: `ws://127.0.0.1:${port}` }));
    void pipe.write([new Uint8Array(3 * 1024 * 1024 + 5)]);
    for (let call = 0; call < 100; call += 1) void pipe.write([new Uint8Array(10), new Uint8Array(90)]);
    await pipe.end();
    expect(sizes).toEqual([1024 * 1024, 1024 * 1024, 1024 * 1024, 5, 10_000]);
  });

  test('a runtime without a WebSocket gets a clear error', async () => {
    if ('WebSocket' in globalThis) return;
    await expect(platformWebSocket({ url: 'ws://127.0.0.1:1' }).connect(sc)).rejects.toMatchObject({
      code: 'websocket/options',
      context: { option: 'implementation' },
    });
  });

  test('a close does not wait for a peer that has gone silent', async () => {
    const server = await serve();
    const pipe = await connectTo(sc, webSocket({ url: server.url }));
    const far = await server.accept();
    far.pause();
    await turns(5);
    pipe.close();
    // Without its own deadline the closing handshake would take ws's 30 s, as long as this test may.
    expect(await pipe.closed).toBeUndefined();
  });
});
