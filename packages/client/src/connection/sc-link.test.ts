import type { BytePipe, Endpoint, Transport } from '@fluvio-ts/protocol';
import { NO_ERROR, ScApiVersions, watchOf } from '@fluvio-ts/protocol';
import { memoryPipe, on, serve, stopper } from '@fluvio-ts/protocol/internal';
import { afterEach, expect, test, vi } from 'vitest';
import { clientError } from '../errors.ts';
import { until } from '../testing/until.ts';
import type { ScLinkOptions } from './sc-link.ts';
import { scLink } from './sc-link.ts';

afterEach(() => {
  vi.useRealTimers();
});

const why = clientError('client/closed', { what: 'the call' });

/** A transport whose connections behave as the host's name says. */
const network = (maxVersion = 19) => {
  const dialled: string[] = [];
  const pipes: BytePipe[] = [];
  let live = 0;
  let isDown = false;
  const transport: Transport = {
    async connect(to: Endpoint) {
      dialled.push(to.address.host);
      if (isDown) throw new Error('down');
      const [ours, theirs] = memoryPipe();
      live++;
      pipes.push(theirs);
      void theirs.closed.then(() => live--);
      if (to.address.host === 'http') void theirs.write([new TextEncoder().encode('HTTP/1.1 400 Bad Request')]);
      if (to.address.host !== 'good') return ours;
      const apiKeys = [{ apiKey: 1004, minVersion: 1, maxVersion }];
      void serve(theirs, [on(ScApiVersions, () => ({ errorCode: NO_ERROR, apiKeys, platformVersion: '0.18.1' }))]);
      return ours;
    },
  };
  const link = (hosts: string[], options: Partial<ScLinkOptions> = {}) =>
    scLink({
      transport,
      endpoints: hosts.map((host) => ({ host, port: 9003 })),
      clientId: 'test',
      connectTimeoutMs: 30,
      probeIntervalMs: 0,
      onSession: async () => {},
      ...options,
    });
  const setDown = (value: boolean): void => {
    isDown = value;
  };
  return { link, dialled, pipes, live: () => live, setDown };
};

test('an endpoint that accepts and never answers is left for the next one at its deadline', async () => {
  const { link, dialled, live } = network();
  const up = await link(['silent', 'good']);
  expect(dialled).toEqual(['silent', 'good']);
  expect(live()).toBe(1);
  up.close(why);
});

test('once an endpoint has answered it is the first one to be asked again', async () => {
  const { link, dialled, pipes } = network();
  const up = await link(['silent', 'good']);
  pipes.at(-1)?.close();
  await until(() => dialled.length > 2);
  expect(dialled).toEqual(['silent', 'good', 'good']);
  up.close(why);
});

test('alone, it is an error that says how long it was waited for', async () => {
  const { link, live } = network();
  await expect(link(['silent'])).rejects.toMatchObject({
    code: 'connect/failed',
    retryable: true,
    message: expect.stringMatching(/silent:9003 did not succeed within 30 ms: there was no answer$/),
  });
  expect(live()).toBe(0);
});

test('something else at the address is said to be that', async () => {
  const { link, live } = network();
  await expect(link(['http'])).rejects.toMatchObject({
    code: 'connect/failed',
    retryable: false,
    message: expect.stringContaining('may not speak Fluvio'),
    cause: { code: 'wire/frame-too-large' },
  });
  expect(live()).toBe(0);
});

test('a controller of another time is refused with both versions, and no retry is advised', async () => {
  const { link, live } = network(2);
  const onSession = async (session: { version(api: never): number }): Promise<void> =>
    void session.version(watchOf.SPU as never);
  await expect(link(['good'], { onSession })).rejects.toMatchObject({
    code: 'connect/failed',
    retryable: false,
    message: expect.stringMatching(/Watch.* at 1 to 2, and this client speaks/),
    cause: { code: 'version/unsupported' },
  });
  await until(() => live() === 0);
});

test('closing at any moment of a dial leaves nothing open', async () => {
  for (let moments = 0; moments < 40; moments++) {
    const { link, pipes, live, dialled } = network();
    let redialled = false;
    const up = await link(['good'], {
      onSession: async () => {
        if (dialled.length > 1) redialled = true;
      },
    });
    pipes[0]?.close();
    await until(() => redialled);
    for (let i = 0; i < moments; i++) await Promise.resolve();
    up.close(why);
    await until(() => live() === 0);
  }
});

test('an aborted wait for the session leaves no listener and the others waiting', async () => {
  const { link, pipes } = network();
  let held = false;
  const up = await link(['good'], {
    onSession: () => (held ? new Promise(() => {}) : Promise.resolve()),
    connectTimeoutMs: 60_000,
  });
  held = true;
  pipes[0]?.close();
  await until(() => up.state.at !== 'ready');
  const given = stopper();
  const one = up.session(60_000, given.signal);
  const two = up.session(60_000);
  given.stop(why);
  await expect(one).rejects.toBe(why);
  up.close(why);
  await expect(two).rejects.toBe(why);
});

test('a controller that drops its clients at once is asked with growing pauses', async () => {
  vi.useFakeTimers();
  vi.spyOn(Math, 'random').mockReturnValue(0.99);
  const { link, dialled } = network();
  const up = await link(['good'], {
    onSession: async (session) => void queueMicrotask(() => queueMicrotask(() => session.close())),
  });
  await vi.advanceTimersByTimeAsync(10_000);
  expect(dialled.length).toBeGreaterThan(5);
  expect(dialled.length).toBeLessThan(12);
  up.close(why);
  vi.restoreAllMocks();
});

test('a connection apart waits for a controller that is away for longer than one dial may take', async () => {
  const { link, pipes, setDown, live } = network();
  const up = await link(['good']);
  setDown(true);
  pipes[0]?.close();
  await until(() => up.state.at !== 'ready');
  const apart = up.apart(10_000);
  const outcome = apart.catch((error: unknown) => error);
  const began = performance.now();
  await until(() => performance.now() - began > 60);
  setDown(false);
  expect(await outcome).toMatchObject({ isClosed: false });
  expect(live()).toBe(2);
  (await apart).close();
  up.close(why);
});
