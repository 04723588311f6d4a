/** A gateway with TLS on both sides: `wss:` for its clients, and towards a cluster whose servers each have a name. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer, type TLSSocket } from 'node:tls';
import { pipeFromSocket } from '@fluvio-ts/adapter-tcp/internal';
import { webSocket } from '@fluvio-ts/adapter-ws';
import { connect } from '@fluvio-ts/client';
import { startGateway } from '@fluvio-ts/gateway';
import { type Endpoint, isFluvioError, NO_ERROR, type ObjectOf, ScApiVersions, Watch } from '@fluvio-ts/protocol';
import { on, serve } from '@fluvio-ts/protocol/internal';
import { afterEach, expect, test } from 'vitest';
import { certificateAuthority, type KeyPair } from '../certificates.ts';

const toRelease: (() => unknown)[] = [];

afterEach(async () => {
  for (const release of toRelease.splice(0).reverse()) await release();
});

/** Starts a TLS server on a free port. Resolves with the port. */
async function startTls(pair: KeyPair, accept: (socket: TLSSocket) => void): Promise<number> {
  const sockets = new Set<TLSSocket>();
  const server = createServer({ ...pair, allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    accept(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  toRelease.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

const spu = (id: number, port: number): ObjectOf<'SPU'> => ({
  name: `spu-${id}`,
  spec: {
    id,
    spuType: 'Custom',
    publicEndpoint: { port, ingress: [{ hostname: '127.0.0.1', ip: undefined }], encryption: 'SSL' },
    privateEndpoint: { port, host: '127.0.0.1', encryption: 'PLAINTEXT' },
    rack: undefined,
    publicEndpointLocal: undefined,
  },
  status: { resolution: 'Online' },
});

/** As much of an SC as clients need to connect, over TLS. */
function startSc(pair: KeyPair, spus: readonly ObjectOf<'SPU'>[]): Promise<number> {
  const routes = [
    on(ScApiVersions, () => ({
      errorCode: NO_ERROR,
      apiKeys: [1001, 1002, 1003, 1004, 1006].map((apiKey) => ({ apiKey, minVersion: 11, maxVersion: 19 })),
      platformVersion: '0.18.1',
    })),
    on(Watch, ({ label }, call) => {
      void call.push({ label, body: { epoch: 1n, changes: [], all: label === 'SPU' ? spus : [] } } as never);
      return undefined;
    }),
  ];
  return startTls(pair, (socket) => void serve(pipeFromSocket(socket, 'a client'), routes));
}

test('every server is verified by its own name, and the gateway by its clients', async () => {
  const authority = await certificateAuthority();
  const names: unknown[] = [];
  const echo = (socket: TLSSocket & { readonly servername?: unknown }): void => {
    names.push(socket.servername); // Of Node, though not of its types.
    socket.pipe(socket);
  };
  const spuPort = await startTls(await authority.issue({ names: ['spu-7.fluvio.test'] }), echo);
  const wrongPort = await startTls(await authority.issue({ names: ['spu-7.fluvio.test'] }), echo);
  const scPort = await startSc(await authority.issue({ names: ['fluvio.test'] }), [spu(7, spuPort), spu(8, wrongPort)]);
  const gateway = await startGateway({
    cluster: { endpoint: `127.0.0.1:${scPort}`, tls: { ca: authority.cert, domain: 'fluvio.test' } },
    tls: await authority.issue({ ips: ['127.0.0.1'] }),
  });
  toRelease.push(() => gateway.stop());
  expect(gateway.url).toMatch(/^wss:\/\/127\.0\.0\.1:\d+\/v1\/tunnel$/);

  const transport = webSocket({ url: gateway.url, tls: { ca: authority.cert } });
  const client = await connect({ endpoint: 'gateway:443', transport });
  toRelease.push(() => client.close());
  expect(client.platformVersion).toBe('0.18.1');

  const pipe = await transport.connect(spuEndpoint(7));
  await pipe.write([new TextEncoder().encode('hello')]);
  for await (const chunk of pipe.incoming) {
    expect(new TextDecoder().decode(chunk)).toBe('hello');
    break;
  }
  expect(names).toEqual(['spu-7.fluvio.test']);

  // A server that has another one's certificate is not taken for it.
  const error = await transport.connect(spuEndpoint(8)).catch((refusal: unknown) => refusal);
  expect(isFluvioError(error, 'websocket/unavailable') && error.context.status).toBe(502);
  expect(String(error)).toContain("is not for 'spu-8.fluvio.test'");

  // Neither is the gateway, by clients that do not know its authority.
  const stranger = webSocket({ url: gateway.url });
  await expect(stranger.connect(spuEndpoint(7))).rejects.toMatchObject({ code: 'tls/certificate' });
});

const spuEndpoint = (id: number): Endpoint => ({
  kind: 'spu',
  id,
  name: `spu-${id}`,
  // The gateway goes by the id; what the client believes of the address is not asked.
  address: { host: 'unknown.invalid', port: 1 },
});
