import { connect as connectTcp } from 'node:net';
import { isFluvioError } from '@fluvio-ts/protocol';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { type Gateway, startGateway } from './gateway.ts';
import type { GatewayOptions } from './options.ts';
import { dial, refused } from './testing/client.ts';
import { type ScriptedCluster, scriptedCluster } from './testing/scripted-cluster.ts';

let cluster: ScriptedCluster;
const gateways: Gateway[] = [];

afterEach(async () => {
  await Promise.all(gateways.splice(0).map((gateway) => gateway.stop()));
  await cluster[Symbol.asyncDispose]();
});

/** A cluster of SPU 7, which sends everything back, and a gateway in front of it. */
async function gatewayWith(options: Omit<GatewayOptions, 'cluster'> = {}): Promise<Gateway> {
  cluster = await scriptedCluster();
  await cluster.addSpu(7, (socket) => socket.pipe(socket));
  return another(options);
}

async function another(options: Partial<GatewayOptions> = {}): Promise<Gateway> {
  const gateway = await startGateway({ cluster: { endpoint: cluster.endpoint }, ...options });
  gateways.push(gateway);
  return gateway;
}

const httpUrl = (gateway: Gateway, path = '/v1/tunnel?endpoint=spu&id=7'): URL =>
  new URL(path, gateway.url.replace('ws', 'http'));

const codeOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'no error',
    (error: unknown) => (isFluvioError(error) ? error.code : error),
  );

/** Whether bytes go through and come back. */
async function works(url: string): Promise<void> {
  const { ws, read } = await dial(url);
  ws.send(Buffer.from('hello'));
  expect(String(await read(5))).toBe('hello');
  ws.close();
}

describe('where a tunnel leads', () => {
  test('to the SC, asked for or not', async () => {
    const { url } = await gatewayWith();
    for (const query of ['', '?endpoint=sc']) {
      const before = cluster.scConnections;
      const { ws } = await dial(url + query);
      await vi.waitFor(() => expect(cluster.scConnections).toBe(before + 1));
      ws.close();
      await vi.waitFor(() => expect(cluster.scConnections).toBe(before));
    }
  });

  test('to an SPU by its id', async () => {
    const { url } = await gatewayWith();
    await works(`${url}?endpoint=spu&id=7`);
  });

  test('to an SPU that the gateway has not been told of yet, but the SC knows', async () => {
    const { url } = await gatewayWith();
    await cluster.addSpu(8, (socket) => socket.pipe(socket), { quietly: true });
    await works(`${url}?endpoint=spu&id=8`);
  });

  test("to an SPU in the old proxy's form, when name and address are those of the metadata", async () => {
    const { url } = await gatewayWith();
    const port = await cluster.addSpu(9, (socket) => socket.pipe(socket));
    await works(`${url}?domain=spu-9.&addr=127.0.0.1:${port}`);
    for (const query of [
      `domain=spu-7.&addr=127.0.0.1:${port}`,
      `domain=spu-9.&addr=127.0.0.1:${port + 1}`,
      `domain=spu-9.&addr=127.0.0.2:${port}`,
    ]) {
      expect(await refused(`${url}?${query}`), query).toMatchObject({
        status: 404,
        body: { code: 'tunnel/unknown-spu' },
      });
    }
  });

  test("to an SPU's local address, where the gateway is inside the cluster's network", async () => {
    await gatewayWith();
    const port = await cluster.addSpu(9, (socket) => socket.pipe(socket));
    cluster.nameSpu(10, 1, port);
    const { url } = await another({ cluster: { endpoint: cluster.endpoint, spuAddress: 'local' } });
    await works(`${url}?endpoint=spu&id=10`);
    await works(`${url}?endpoint=spu&id=7`);
  });

  test('nowhere else', async () => {
    const { url } = await gatewayWith();
    const unknown = await refused(`${url}?endpoint=spu&id=5001`);
    expect(unknown.status).toBe(404);
    expect(unknown.headers['content-type']).toBe('application/json');
    expect(unknown.body).toEqual({
      code: 'tunnel/unknown-spu',
      message: `SPU 5001 is not in the cluster's metadata: a tunnel leads only to the SC and to SPUs that it names`,
    });
    await cluster.addSpu(8, (socket) => socket.end());
    cluster.removeSpu(7);
    await vi.waitFor(async () => expect((await refused(`${url}?endpoint=spu&id=7`)).status).toBe(404));
  });

  test('a query that asks for nothing that exists is 400, another path 404', async () => {
    const gateway = await gatewayWith();
    expect(await refused(`${gateway.url}?endpoint=10.0.0.1:22`)).toMatchObject({
      status: 400,
      body: { code: 'tunnel/query' },
    });
    expect(await refused(`${gateway.url}?domain=spu-7.`)).toMatchObject({ status: 400 });
    expect(await refused(`${gateway.url}/x`)).toMatchObject({ status: 404, body: { code: 'http/not-found' } });
  });

  test('an SPU that does not listen where the metadata says is 502', async () => {
    const { url } = await gatewayWith();
    cluster.nameSpu(8, 1);
    const { status, body } = await refused(`${url}?endpoint=spu&id=8`);
    expect(status).toBe(502);
    expect(body.code).toBe('tunnel/unreachable');
    expect(body.message).toContain('the gateway cannot reach SPU 8: nothing listens at tcp 127.0.0.1:1');
  });
});

describe('who may have a tunnel', () => {
  test('whoever presents the token, in the header or in the query', async () => {
    const { url } = await gatewayWith({ token: 's3cret' });
    const target = `${url}?endpoint=spu&id=7`;
    const none = await refused(target);
    expect(none).toMatchObject({
      status: 401,
      headers: { 'www-authenticate': 'Bearer' },
      body: { code: 'tunnel/token' },
    });
    expect(none.body.message).not.toContain('s3cret');
    expect(await refused(target, { headers: { authorization: 'Bearer s3cre' } })).toMatchObject({ status: 401 });
    expect(await refused(target, { headers: { authorization: 'Basic s3cret' } })).toMatchObject({ status: 401 });
    expect(await refused(`${target}&token=s3cret2`)).toMatchObject({ status: 401 });
    const { ws } = await dial(target, { headers: { authorization: 'Bearer s3cret' } });
    ws.close();
    await works(`${target}&token=s3cret`);
  });

  test('pages of allowed origins, of which others are not told who else is', async () => {
    const { url } = await gatewayWith({ origins: ['https://app.example.com'] });
    const target = `${url}?endpoint=spu&id=7`;
    const { ws } = await dial(target, { origin: 'https://app.example.com' });
    ws.close();
    const other = await refused(target, { origin: 'https://evil.example' });
    expect(other).toMatchObject({ status: 403, body: { code: 'tunnel/origin' } });
    expect(JSON.stringify(other.body)).not.toContain('app.example.com');
    // An origin that may not ask is not told what there is, either.
    expect(await refused(`${url}?endpoint=spu&id=1`, { origin: 'https://evil.example' })).toMatchObject({
      status: 403,
    });
  });

  test('a page is told by close code and reason, since browsers hide an HTTP answer from it', async () => {
    const { url } = await gatewayWith({ token: 't' });
    cluster.nameSpu(8, 1);
    const origin = 'http://localhost:5173';
    for (const [query, code, reason] of [
      ['token=x', 4401, 'the token is not the one of this gateway'],
      ['token=t&endpoint=spu&id=1', 4404, "SPU 1 is not in the cluster's metadata"],
      ['token=t&endpoint=spu', 4400, 'endpoint=spu needs an id'],
      ['token=t&endpoint=spu&id=8', 4502, 'the gateway cannot reach SPU 8: nothing listens at tcp 127.0.0.1:1'],
    ] as const) {
      const { closed } = await dial(`${url}?${query}`, { origin });
      expect(await closed, query).toEqual({ code, reason: expect.stringContaining(reason) });
    }
    const { ws } = await dial(`${url}?token=t`, { origin });
    ws.close();
  });

  test('as many as maxConnections, and one more when one has gone', async () => {
    const gateway = await gatewayWith({ limits: { maxConnections: 2 } });
    const target = `${gateway.url}?endpoint=spu&id=7`;
    const first = await dial(target);
    await dial(target);
    expect(gateway.connections).toBe(2);
    expect(await refused(target)).toMatchObject({
      status: 503,
      headers: { 'retry-after': '1' },
      body: { code: 'tunnel/busy' },
    });
    first.ws.close();
    await vi.waitFor(() => expect(gateway.connections).toBe(1));
    await works(target);
  });

  test('not more, when all ask at the same moment', async () => {
    const { url } = await gatewayWith({ limits: { maxConnections: 3 } });
    const asked = await Promise.allSettled(Array.from({ length: 10 }, () => dial(`${url}?endpoint=spu&id=7`)));
    expect(asked.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
  });
});

describe('over plain HTTP', () => {
  test('the tunnel path says what a WebSocket would be told, to pages of any origin', async () => {
    const gateway = await gatewayWith({ token: 't' });
    const origin = 'https://evil.example';
    const forbidden = await fetch(httpUrl(gateway), { headers: { origin } });
    expect(forbidden.status).toBe(403);
    expect(forbidden.headers.get('access-control-allow-origin')).toBe(origin);
    expect((await fetch(httpUrl(gateway))).status).toBe(401);
    expect((await fetch(httpUrl(gateway, '/v1/tunnel?token=t&endpoint=spu&id=1'))).status).toBe(404);
    const fine = await fetch(httpUrl(gateway, '/v1/tunnel?token=t&endpoint=spu&id=7'));
    expect(fine.status).toBe(426);
    expect(await fine.json()).toEqual({
      code: 'tunnel/upgrade-required',
      message: 'a tunnel to SPU 7 can be had here: ask with a WebSocket',
    });
    expect(gateway.connections).toBe(0);
  });

  test('other methods and paths are refused', async () => {
    const gateway = await gatewayWith();
    expect((await fetch(httpUrl(gateway), { method: 'POST', body: 'x' })).status).toBe(405);
    expect((await fetch(httpUrl(gateway, '/'))).status).toBe(404);
    expect((await fetch(httpUrl(gateway, '/v1/tunnel/../../etc'))).status).toBe(404);
  });

  test('the health page tells whether the cluster answers', async () => {
    const gateway = await gatewayWith();
    const { ws } = await dial(`${gateway.url}?endpoint=spu&id=7`);
    const well = await fetch(httpUrl(gateway, '/healthz'));
    expect(well.status).toBe(200);
    expect(await well.json()).toEqual({
      status: 'ok',
      cluster: { name: cluster.endpoint, connected: true, platformVersion: '0.18.1' },
      tunnels: 1,
    });
    ws.close();
    await cluster.stopSc();
    const ill = await fetch(httpUrl(gateway, '/healthz'));
    expect(ill.status).toBe(503);
    expect(await ill.json()).toMatchObject({ status: 'cluster unreachable', cluster: { connected: false } });
  });

  test('broken requests and handshakes end their own connection only', async () => {
    const gateway = await gatewayWith();
    const { hostname, port } = new URL(gateway.url);
    for (const request of [
      'nonsense\r\n\r\n',
      'GET //[ HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n',
      'GET /v1/tunnel HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n',
      'GET /v1/tunnel HTTP/1.1\r\nHost: x\r\nUpgrade: h2c\r\nConnection: upgrade\r\n\r\n',
      `GET /v1/tunnel?${'x'.repeat(20_000)} HTTP/1.1\r\nHost: x\r\n\r\n`,
    ]) {
      const socket = connectTcp(Number(port), hostname);
      socket.write(request);
      let reply = '';
      for await (const part of socket) reply += String(part);
      expect(reply, request.slice(0, 60)).toMatch(/^HTTP\/1\.1 4\d\d /);
    }
    await vi.waitFor(() => expect(cluster.scConnections).toBe(1));
    expect(gateway.connections).toBe(0);
    await works(`${gateway.url}?endpoint=spu&id=7`);
  });
});

describe('its life', () => {
  test('the cluster may restart: new tunnels work again', async () => {
    const gateway = await gatewayWith();
    await cluster.stopSc();
    expect(await refused(gateway.url)).toMatchObject({ status: 502, body: { code: 'tunnel/unreachable' } });
    // An SPU that is known can be reached meanwhile; one that is not cannot be asked for.
    await works(`${gateway.url}?endpoint=spu&id=7`);
    expect(await refused(`${gateway.url}?endpoint=spu&id=8`)).toMatchObject({ status: 502 });
    await cluster.restartSc();
    await vi.waitFor(async () => expect((await fetch(httpUrl(gateway, '/healthz'))).status).toBe(200), 10_000);
    const { ws } = await dial(gateway.url);
    ws.close();
    await cluster.addSpu(8, (socket) => socket.pipe(socket));
    await works(`${gateway.url}?endpoint=spu&id=8`);
  });

  test('stop closes tunnels with 1001, frees the port, and can be called again', async () => {
    const gateway = await gatewayWith();
    const { closed } = await dial(`${gateway.url}?endpoint=spu&id=7`);
    await Promise.all([gateway.stop(), gateway.stop()]);
    expect(await closed).toEqual({ code: 1001, reason: 'the gateway is stopping' });
    expect({ open: gateway.connections }).toEqual({ open: 0 });
    await vi.waitFor(() => expect(cluster.scConnections).toBe(0));
    await expect(fetch(httpUrl(gateway, '/healthz'))).rejects.toThrow();
    const { url } = await another({ port: Number(new URL(gateway.url).port) });
    expect(url).toBe(gateway.url);
  });

  test('stop does not wait for clients that do not answer', async () => {
    const gateway = await gatewayWith();
    const { ws, closed } = await dial(`${gateway.url}?endpoint=spu&id=7`);
    ws.pause();
    const refusedPage = await dial(`${gateway.url}?endpoint=spu&id=8`, { origin: 'http://localhost' });
    refusedPage.ws.pause();
    const since = performance.now();
    await gateway.stop();
    expect(performance.now() - since).toBeLessThan(4_000);
    ws.resume();
    expect((await closed).code).toBe(1001);
  });

  test('a signal stops it, before and after it has started', async () => {
    await gatewayWith();
    const { endpoint } = cluster;
    expect(await codeOf(startGateway({ cluster: { endpoint }, signal: AbortSignal.abort() }))).toBe('request/aborted');
    const abort = new AbortController();
    const gateway = await another({ signal: abort.signal });
    const { closed } = await dial(`${gateway.url}?endpoint=spu&id=7`);
    abort.abort();
    expect(await closed).toMatchObject({ code: 1001 });
    await gateway.stop();
  });

  test('what it cannot start with is told by code', async () => {
    const gateway = await gatewayWith();
    const { endpoint } = cluster;
    const port = Number(new URL(gateway.url).port);
    const start = (options: Partial<GatewayOptions>) => codeOf(startGateway({ cluster: { endpoint }, ...options }));
    expect(await start({ port })).toBe('gateway/listen');
    expect(await start({ host: '192.0.2.1' })).toBe('gateway/listen');
    expect(await start({ cluster: { endpoint: '127.0.0.1:1' } })).toBe('connect/failed');
    expect(await start({ cluster: { endpoint: 'nowhere' } })).toBe('gateway/options');
    expect(await start({ port: 70_000 })).toBe('gateway/options');
    expect(await start({ path: 'v1' })).toBe('gateway/options');
    expect(await start({ path: '/healthz' })).toBe('gateway/options');
    expect(await start({ token: '' })).toBe('gateway/options');
    expect(await start({ origins: ['app'] })).toBe('gateway/options');
    expect(await start({ limits: { maxConnections: 0 } })).toBe('gateway/options');
    expect(await start({ limits: { idleTimeoutMs: -1 } })).toBe('gateway/options');
    expect(await start({ tls: { cert: 'x', key: 'y' } })).toBe('gateway/options');
    // Nothing of the failed starts stays.
    await vi.waitFor(() => expect(cluster.scConnections).toBe(1));
  });

  test('the log is told what happens, and never the token', async () => {
    const lines: string[] = [];
    const gateway = await gatewayWith({
      token: 's3cret',
      log: (level, message, facts) => lines.push(`${level} ${message} ${JSON.stringify(facts)}`),
    });
    await refused(`${gateway.url}?token=wr0ng`);
    const { ws, closed } = await dial(`${gateway.url}?endpoint=spu&id=7&token=s3cret`);
    ws.close(1000, 'bye');
    await closed;
    await gateway.stop();
    const all = lines.join('\n');
    expect(all).toContain('"code":"tunnel/token"');
    expect(all).toContain('"to":"SPU 7"');
    expect(all).toContain('"reason":"bye"');
    expect(all).not.toMatch(/s3cret|wr0ng/);
  });
});
