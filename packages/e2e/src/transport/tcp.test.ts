/** TCP: the conformance suite, for dialled and for accepted sockets, and what is special about hosts. */
import dns from 'node:dns';
import { lookup } from 'node:dns/promises';
import { connect, createServer, type Socket } from 'node:net';
import { tcp } from '@fluvio-ts/adapter-tcp';
import { pipeFromSocket } from '@fluvio-ts/adapter-tcp/internal';
import type { BytePipe, Endpoint } from '@fluvio-ts/protocol';
import { describe, expect, test, vi } from 'vitest';
import { certificateAuthority, type KeyPair } from '../certificates.ts';
import { type Rig, transportConformance } from './conformance.ts';
import { connections, deadPort, farSocket, farTcpServer, fastSink, fullServer, listen } from './far-side.ts';
import { noise, sha256, writeUntilTimer } from './support.ts';

const at = (port: number, host = '127.0.0.1'): Endpoint => ({ kind: 'sc', address: { host, port } });

transportConformance(
  'tcp',
  async () => ({
    server: await farTcpServer(),
    transport: tcp(),
    dead: { transport: tcp(), endpoint: at(await deadPort()) },
    silent: async () => ({ ...(await fullServer()), transport: tcp({ connectTimeoutMs: 100 }) }),
  }),
  { halfClose: true, stallsPeer: true },
);

transportConformance('an accepted socket', acceptingRig, { halfClose: true, stallsPeer: true, accepts: true });

/** The suite turned around: the pipe under test is the accepted side, and a plain socket dials it. */
async function acceptingRig(): Promise<Rig> {
  const takers: ((pipe: BytePipe) => void)[] = [];
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    takers.shift()?.(pipeFromSocket(socket, `tcp 127.0.0.1:${port}`));
  });
  const port = await listen(server);
  const dialled = connections();
  const sockets = new Set<Socket>();
  const never = (): never => {
    throw new Error('an accepted socket does not dial');
  };
  return {
    server: {
      endpoint: at(port),
      accept: () => dialled.take(),
      close: () => {
        for (const socket of sockets) socket.destroy();
        return new Promise((resolve) => server.close(() => resolve()));
      },
    },
    transport: {
      connect: () =>
        new Promise((resolve) => {
          takers.push(resolve);
          const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
          sockets.add(socket);
          socket.once('connect', () => dialled.add(farSocket(socket, socket)));
        }),
    },
    dead: { endpoint: at(1), transport: { connect: never } },
    silent: never,
  };
}

test.each([100, 1024 * 1024])('writes of %i bytes to a fast peer leave timers their turn', async (size) => {
  const sink = await fastSink('tcp');
  const pipe = await tcp().connect(at(sink.port));
  await writeUntilTimer(pipe, size).finally(() => pipe.close());
  await sink.close();
});

type Lookup = (error: Error | null, addresses: dns.LookupAddress[]) => void;

describe('hosts', async () => {
  const authority = await certificateAuthority();
  /** As this machine has it: IPv4, IPv6 or both. */
  const localhost = await lookup('localhost', { all: true });

  test.each(localhost.map(({ address }) => address))('localhost is found where it listens: on %s', async (host) => {
    const server = createServer((socket) => socket.end('hi'));
    const port = await listen(server, host);
    const pipe = await tcp().connect(at(port, 'localhost'));
    const parts: number[] = [];
    for await (const chunk of pipe.incoming) parts.push(...chunk);
    pipe.close();
    expect(new TextDecoder().decode(Uint8Array.from(parts))).toBe('hi');
    await new Promise((resolve) => server.close(resolve));
  });

  test.each<[string, KeyPair | undefined]>([
    ['tcp', undefined],
    ['tls', await authority.issue({ names: ['both.test'] })],
  ])('of several addresses the one that answers is taken: %s', async (_, pair) => {
    const server = await farTcpServer(pair);
    // The one thing that is not real here: no machine has such a host.
    const resolve = vi.spyOn(dns, 'lookup').mockImplementation(((_name: string, _options: unknown, done: Lookup) => {
      process.nextTick(done, null, [
        { address: '::1', family: 6 },
        { address: '127.0.0.1', family: 4 },
      ]);
    }) as unknown as typeof dns.lookup);
    try {
      const transport = tcp(pair === undefined ? {} : { tls: { ca: authority.cert } });
      const pipe = await transport.connect(at(server.endpoint.address.port, 'both.test'));
      expect(resolve).toHaveBeenCalledOnce();
      const sent = noise(11).bytes(1024 * 1024);
      const far = await server.accept();
      void far.send(sent).then(() => far.end());
      const parts: Uint8Array[] = [];
      for await (const chunk of pipe.incoming) parts.push(chunk.slice());
      pipe.close();
      expect(sha256(Buffer.concat(parts))).toBe(sha256(sent));
    } finally {
      resolve.mockRestore();
      await server.close();
    }
  });

  test('an IPv6 address is written with brackets', async () => {
    const server = createServer((socket) => socket.end());
    const port = await listen(server, '::1');
    const pipe = await tcp().connect(at(port, '::1'));
    expect(pipe.peer).toBe(`tcp [::1]:${port}`);
    pipe.close();
    await new Promise((resolve) => server.close(resolve));
  });

  test('localhost is refused by all its addresses at once', async () => {
    await expect(tcp().connect(at(await deadPort(), 'localhost'))).rejects.toMatchObject({
      code: 'connection/refused',
    });
  });

  test('an unknown host is unreachable, and an SPU error says where its address comes from', async () => {
    const address = { host: 'no-such-host.invalid', port: 9010 };
    await expect(tcp().connect({ kind: 'spu', id: 5001, name: 'main-0', address })).rejects.toMatchObject({
      code: 'connection/unreachable',
      retryable: true,
      message: expect.stringMatching(/no-such-host\.invalid:9010.*the SC gives this address for SPU 5001 \(main-0\)/),
    });
  });
});

describe('a server that is not what it should be', () => {
  test('hangs up on the first request', async () => {
    const server = createServer((socket) => socket.once('data', () => socket.end()));
    const pipe = await tcp().connect(at(await listen(server)));
    await pipe.write([Uint8Array.of(1, 2, 3)]);
    await expect(pipe.incoming[Symbol.asyncIterator]().next()).rejects.toMatchObject({
      code: 'connection/no-answer',
      message: expect.stringContaining('may expect TLS'),
    });
    await new Promise((resolve) => server.close(resolve));
  });

  test('cuts the connection before it has sent a byte', async () => {
    const server = createServer((socket) => socket.once('data', () => socket.resetAndDestroy()));
    const pipe = await tcp().connect(at(await listen(server)));
    await pipe.write([Uint8Array.of(1, 2, 3)]);
    await expect(pipe.incoming[Symbol.asyncIterator]().next()).rejects.toMatchObject({
      code: 'connection/reset',
      context: { receivedBytes: 0 },
      message: expect.stringContaining('before it sent a byte'),
    });
    await new Promise((resolve) => server.close(resolve));
  });
});
