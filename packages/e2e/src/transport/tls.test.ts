/** TLS: the conformance suite, and everything that can be wrong with certificates. */
import { createServer, type Socket } from 'node:net';
import type { TlsOptions as ServerOptions } from 'node:tls';
import { type TlsOptions, tcp } from '@fluvio-ts/adapter-tcp';
import type { BytePipe, Endpoint, Transport } from '@fluvio-ts/protocol';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type CertificateAuthority, certificateAuthority, type KeyPair } from '../certificates.ts';
import { transportConformance } from './conformance.ts';
import { deadPort, type FarServer, farTcpServer, listen, muteServer } from './far-side.ts';

let authority: CertificateAuthority;
let stranger: CertificateAuthority;
/** Of the cluster `fluvio.local`, whose SPUs have names below it. */
let clusterPair: KeyPair;
/** Of whoever is dialled by address. */
let localPair: KeyPair;

beforeAll(async () => {
  authority = await certificateAuthority();
  stranger = await certificateAuthority('an authority that nobody trusts');
  clusterPair = await authority.issue({ names: ['fluvio.local', '*.fluvio.local'] });
  localPair = await authority.issue({ names: ['localhost'], ips: ['127.0.0.1'] });
});

transportConformance(
  'tls',
  async () => {
    const tls = { ca: authority.cert };
    return {
      server: await farTcpServer(localPair),
      transport: tcp({ tls }),
      dead: {
        transport: tcp({ tls }),
        endpoint: { kind: 'sc', address: { host: '127.0.0.1', port: await deadPort() } },
      },
      silent: async () => ({ ...(await muteServer()), transport: tcp({ tls, connectTimeoutMs: 100 }) }),
    };
  },
  { halfClose: true, stallsPeer: true },
);

describe('certificates', () => {
  const cleanups: (() => unknown)[] = [];

  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  });

  async function serve(options: ServerOptions): Promise<FarServer> {
    const server = await farTcpServer(options);
    cleanups.push(() => server.close());
    return server;
  }

  async function connectTo(to: Endpoint, transport: Transport): Promise<BytePipe> {
    const pipe = await transport.connect(to);
    cleanups.push(() => pipe.close());
    return pipe;
  }

  const attempt = (server: FarServer, tls: TlsOptions | true, to: Endpoint = server.endpoint): Promise<BytePipe> =>
    connectTo(to, tcp({ tls }));

  const spuAt = (server: FarServer, name: string): Endpoint => ({
    kind: 'spu',
    id: 5001,
    name,
    address: server.endpoint.address,
  });

  test('the SC is verified as the domain, each SPU as its name below it', async () => {
    const asked: (string | false)[] = [];
    const server = await farTcpServer({
      ...clusterPair,
      SNICallback(name, answer) {
        asked.push(name);
        answer(null);
      },
    });
    cleanups.push(() => server.close());
    const tls = { ca: authority.cert, domain: 'fluvio.local' };
    const pipe = await attempt(server, tls);
    expect(pipe.peer).toBe(`tls 127.0.0.1:${server.endpoint.address.port}`);
    await attempt(server, tls, spuAt(server, 'main-0'));
    expect(asked).toEqual(['fluvio.local', 'main-0.fluvio.local']);
  });

  test('without a domain the host dialled is verified: a name or an address', async () => {
    const server = await serve(localPair);
    await attempt(server, { ca: authority.cert });
    const { port } = server.endpoint.address;
    await attempt(server, { ca: authority.cert }, { kind: 'sc', address: { host: 'localhost', port } });
  });

  test('a name that the certificate does not cover is refused, and the fix named', async () => {
    const server = await serve(clusterPair);
    await expect(attempt(server, { ca: authority.cert })).rejects.toMatchObject({
      code: 'tls/certificate',
      retryable: false,
      context: { reason: 'ERR_TLS_CERT_ALTNAME_INVALID', serverName: '127.0.0.1' },
      message: expect.stringContaining('tls.domain'),
    });
    await expect(
      attempt(server, { ca: authority.cert, domain: 'fluvio.local' }, spuAt(server, 'deep.er')),
    ).rejects.toMatchObject({ code: 'tls/certificate', message: expect.stringContaining('deep.er.fluvio.local') });
  });

  test.each<[string, () => TlsOptions | true]>([
    ['another authority', () => ({ ca: stranger.cert })],
    ['the default ones', () => true],
  ])('a server of an authority that is not trusted is refused: %s', async (_, tls) => {
    const server = await serve(localPair);
    await expect(attempt(server, tls())).rejects.toMatchObject({
      code: 'tls/certificate',
      message: expect.stringContaining('tls.ca'),
    });
  });

  test('several authorities can be trusted, as text and as bytes', async () => {
    const server = await serve(localPair);
    await attempt(server, { ca: [stranger.cert, new TextEncoder().encode(authority.cert)] });
    await attempt(server, { ca: `${stranger.cert}\n${authority.cert}` });
  });

  test('a certificate out of its time is refused', async () => {
    const hour = 3_600_000;
    const old = await authority.issue({
      ips: ['127.0.0.1'],
      notBefore: new Date(Date.now() - 3 * hour),
      notAfter: new Date(Date.now() - hour),
    });
    await expect(attempt(await serve(old), { ca: authority.cert })).rejects.toMatchObject({
      code: 'tls/certificate',
      context: { reason: 'CERT_HAS_EXPIRED' },
      message: expect.stringContaining('renew'),
    });
    const early = await authority.issue({ ips: ['127.0.0.1'], notBefore: new Date(Date.now() + hour) });
    await expect(attempt(await serve(early), { ca: authority.cert })).rejects.toMatchObject({
      code: 'tls/certificate',
      context: { reason: 'CERT_NOT_YET_VALID' },
      message: expect.stringContaining('clocks'),
    });
  });

  test('insecureSkipVerify accepts anyone', async () => {
    const server = await serve(await stranger.issue({ names: ['somebody.else'] }));
    const pipe = await attempt(server, { insecureSkipVerify: true });
    await pipe.write([Uint8Array.of(1)]);
    expect([...(await (await server.accept()).bytes(1))]).toEqual([1]);
  });

  describe('of the client', () => {
    const mutual = (): ServerOptions => ({ ...localPair, ca: authority.cert, requestCert: true });

    test('are shown to a server that asks', async () => {
      const server = await serve(mutual());
      const own = await authority.issue({ commonName: 'alice', organizations: ['Admin'] });
      const pipe = await attempt(server, { ca: authority.cert, ...own });
      await pipe.write([Uint8Array.of(5)]);
      expect([...(await (await server.accept()).bytes(1))]).toEqual([5]);
    });

    // TLS 1.3 lets the client begin before the server has looked at its certificate, 1.2 does not.
    test('are missed by a server that insists: TLS 1.3 says so on the open pipe', async () => {
      const pipe = await attempt(await serve({ ...mutual(), minVersion: 'TLSv1.3' }), { ca: authority.cert });
      await expect(pipe.incoming[Symbol.asyncIterator]().next()).rejects.toMatchObject({
        code: 'tls/client-certificate',
        context: { sent: false },
        message: expect.stringContaining('tls.cert'),
      });
      expect(await pipe.closed).toMatchObject({ code: 'tls/client-certificate' });
    });

    test('are missed by a server that insists: TLS 1.2 fails to connect', async () => {
      const server = await serve({ ...mutual(), maxVersion: 'TLSv1.2' });
      await expect(attempt(server, { ca: authority.cert })).rejects.toMatchObject({
        code: 'tls/handshake',
        message: expect.stringContaining('client certificate'),
      });
    });
  });

  describe('that cannot be used are refused before anything is dialled', () => {
    test.each<[string, () => TlsOptions, string]>([
      ['a path for a certificate', () => ({ ca: '/etc/ssl/ca.pem' }), 'ca'],
      ['damaged PEM', () => ({ ca: authority.cert.replace(/\n.{20}/, '\n') }), 'ca'],
      ['a key alone', () => ({ key: localPair.key }), 'cert'],
      ['a certificate alone', () => ({ cert: localPair.cert }), 'key'],
      ['a damaged key', () => ({ cert: localPair.cert, key: localPair.key.replace(/\n.{20}/, '\n') }), 'key'],
      ['the key of another certificate', () => ({ cert: localPair.cert, key: clusterPair.key }), 'key'],
    ])('%s', (_, tls, option) => {
      expect(() => tcp({ tls: tls() })).toThrow(
        expect.objectContaining({ code: 'tls/options', context: expect.objectContaining({ option }) }),
      );
    });
  });
});

/** How an ApiVersions request begins. */
const firstRequest = (): Uint8Array => Uint8Array.of(0, 0, 0, 12, 0, 18, 0, 0, 0, 0, 0, 1, 0, 4, 116, 101);

describe('one side speaks TLS and the other does not', () => {
  const cleanups: (() => unknown)[] = [];

  afterEach(async () => {
    for (const cleanup of cleanups.splice(0)) await cleanup();
  });

  /** A plaintext server that does something with the first bytes. */
  async function plainServer(answer: (socket: Socket) => void): Promise<Endpoint> {
    const server = createServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', () => answer(socket));
    });
    const port = await listen(server);
    cleanups.push(() => new Promise((resolve) => server.close(resolve)));
    return { kind: 'sc', address: { host: '127.0.0.1', port } };
  }

  const tlsClient = () => tcp({ tls: { ca: authority.cert } });

  test('TLS to a server that answers in plaintext', async () => {
    const to = await plainServer((socket) => socket.end(Uint8Array.of(0, 0, 0, 6, 0, 0, 0, 1, 0, 0)));
    await expect(tlsClient().connect(to)).rejects.toMatchObject({
      code: 'tls/not-tls',
      context: { answer: 'plaintext' },
      message: expect.stringContaining('does not speak TLS'),
    });
  });

  test('TLS to an HTTP server', async () => {
    const to = await plainServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    await expect(tlsClient().connect(to)).rejects.toMatchObject({
      code: 'tls/not-tls',
      context: { answer: 'plaintext' },
    });
  });

  test.each<[string, (socket: Socket) => void]>([
    ['hangs up', (socket) => socket.end()],
    ['cuts the connection', (socket) => socket.resetAndDestroy()],
  ])('TLS to a plaintext server that %s', async (_, answer) => {
    await expect(tlsClient().connect(await plainServer(answer))).rejects.toMatchObject({
      code: 'tls/not-tls',
      context: { answer: 'nothing' },
      message: expect.stringContaining('plaintext port'),
    });
  });

  test('TLS to a plaintext server that waits for more', async () => {
    const { endpoint, close } = await muteServer();
    cleanups.push(close);
    const transport = tcp({ tls: { ca: authority.cert }, connectTimeoutMs: 100 });
    await expect(transport.connect(endpoint)).rejects.toMatchObject({
      code: 'connection/timeout',
      context: { phase: 'handshake' },
      message: expect.stringContaining('plaintext port'),
    });
  });

  test('plaintext to a TLS server that says so, as most do', async () => {
    const to = await plainServer((socket) => socket.end(Uint8Array.of(0x15, 3, 3, 0, 2, 2, 50)));
    const pipe = await tcp().connect(to);
    await pipe.write([firstRequest()]);
    await expect(pipe.incoming[Symbol.asyncIterator]().next()).rejects.toMatchObject({
      code: 'connection/tls-required',
      retryable: false,
    });
    expect(await pipe.closed).toMatchObject({ code: 'connection/tls-required' });
    await expect(pipe.write([Uint8Array.of(1)])).rejects.toMatchObject({ code: 'connection/closed' });
  });

  test('plaintext to a TLS server that hangs up without a word, as those of OpenSSL do', async () => {
    const server = await farTcpServer(localPair);
    cleanups.push(() => server.close());
    const pipe = await tcp().connect(server.endpoint);
    await pipe.write([firstRequest()]);
    await expect(pipe.incoming[Symbol.asyncIterator]().next()).rejects.toMatchObject({
      code: 'connection/no-answer',
      message: expect.stringContaining('may expect TLS'),
    });
    expect(await pipe.closed).toMatchObject({ code: 'connection/no-answer' });
  });

  test('a silent server is no reason to wait when the caller gives up', async () => {
    const server = createServer((socket) => socket.on('error', () => {}).resume());
    const port = await listen(server);
    cleanups.push(() => new Promise((resolve) => server.close(resolve)));
    const abort = new AbortController();
    const to: Endpoint = { kind: 'sc', address: { host: '127.0.0.1', port } };
    const connecting = tlsClient().connect(to, { signal: abort.signal });
    await new Promise((resolve) => server.once('connection', resolve));
    abort.abort();
    await expect(connecting).rejects.toMatchObject({ code: 'request/aborted', cause: abort.signal.reason });
  });
});
