/** What a server grants its clients: order, requests that wait aside, and bounds on those that are slow or greedy. */
import { afterEach, describe, expect, test, vi } from 'vitest';
import { SpuApiVersions } from '../messages/api-versions.ts';
import { encodeRequest } from '../messages/envelope.ts';
import { NO_ERROR } from '../messages/error-code.ts';
import type { StreamFetchResponse } from '../messages/spu/stream-fetch.ts';
import { StreamFetch } from '../messages/spu/stream-fetch.ts';
import type { BytePipe } from '../transport.ts';
import { arrivingBudget } from './arriving.ts';
import { memoryPipe } from './memory-pipe.ts';
import type { Call, ServeOptions } from './serve.ts';
import { on, serve } from './serve.ts';

afterEach(() => void vi.useRealTimers());

/** A request whose client version tells the handler what to do. */
const request = (id: number, what = ''): Uint8Array =>
  encodeRequest(SpuApiVersions, 2, id, 'test', { clientVersion: what, clientOs: '', clientArch: '' });
const response = { errorCode: NO_ERROR, apiKeys: [], platformVersion: '' };

type Handle = (what: string, call: Call<typeof response>) => void | Promise<void>;

function serving(handle: Handle, options: ServeOptions = {}) {
  const [client, server] = memoryPipe();
  const handled: number[] = [];
  const served = serve(
    server,
    [
      on(SpuApiVersions, async ({ clientVersion }, call) => {
        handled.push(call.correlationId);
        await handle(clientVersion, call as Call<typeof response>);
        return response;
      }),
    ],
    options,
  );
  const answers: number[] = [];
  const reading = (async () => {
    for await (const chunk of client.incoming) answers.push(new DataView(chunk.buffer, chunk.byteOffset).getInt32(4));
  })().catch(() => {});
  return { client, served, handled, answers, reading };
}

const turns = async (): Promise<void> => {
  for (let i = 0; i < 20; i++) await Promise.resolve();
};
const send = (client: BytePipe, ...frames: readonly Uint8Array[]): void => void client.write(frames).catch(() => {});

describe('a request that waits', () => {
  const gates = new Map<string, () => void>();
  const waiting: Handle = (what, call) => {
    if (what === '') return undefined;
    if (what.startsWith('aside')) call.release();
    return new Promise<void>((resolve, reject) => {
      gates.set(what, what.endsWith('fail') ? () => reject(new Error('it failed')) : resolve);
    });
  };
  const finish = (what: string): void => gates.get(what)?.();

  test('holds up the next ones of its connection', async () => {
    const { client, handled, answers } = serving(waiting);
    send(client, request(1, 'wait'), request(2));
    await turns();
    expect([handled, answers]).toEqual([[1], []]);
    finish('wait');
    await turns();
    expect([handled, answers]).toEqual([
      [1, 2],
      [1, 2],
    ]);
  });

  test('lets the next ones pass when it is released, and is answered later', async () => {
    const { client, handled, answers } = serving(waiting);
    send(client, request(1, 'aside'), request(2), request(3));
    await turns();
    expect([handled, answers]).toEqual([
      [1, 2, 3],
      [2, 3],
    ]);
    finish('aside');
    await turns();
    expect(answers).toEqual([2, 3, 1]);
  });

  test('is one of so many: then nothing is read until one of them is answered', async () => {
    const { client, handled } = serving(waiting, { waitingLimit: 2 });
    send(client, request(1, 'aside 1'), request(2, 'aside 2'), request(3));
    await turns();
    expect(handled).toEqual([1, 2]);
    finish('aside 2');
    await turns();
    expect(handled).toEqual([1, 2, 3]);
  });

  test('is still answered to a peer that has ended its half', async () => {
    const { client, answers, served, reading } = serving(waiting);
    send(client, request(1, 'aside'));
    await turns();
    await client.end();
    await turns();
    finish('aside');
    expect(await served).toBeUndefined();
    await reading;
    expect(answers).toEqual([1]);
  });

  test('ends the connection when it fails', async () => {
    const { client, served } = serving(waiting);
    send(client, request(1, 'aside fail'), request(2));
    await turns();
    finish('aside fail');
    expect(await served).toMatchObject({ message: 'it failed' });
  });
});

describe('a slow client', () => {
  const stalled = { code: 'connection/stalled', retryable: true };

  test('has so long for its first request', async () => {
    vi.useFakeTimers();
    const { client, served } = serving(() => {}, { firstRequestMs: 100 });
    send(client, request(1).subarray(0, 9));
    await vi.advanceTimersByTimeAsync(99);
    send(client, request(1).subarray(9, 10));
    await vi.advanceTimersByTimeAsync(2);
    expect(await served).toMatchObject({ ...stalled, context: { missing: 'its first request', timeoutMs: 100 } });
  });

  test('may be silent between requests, and has so long for one that it has begun, drip by drip', async () => {
    vi.useFakeTimers();
    const { client, served, answers } = serving(() => {}, { firstRequestMs: 100, requestMs: 100 });
    send(client, request(1));
    await vi.advanceTimersByTimeAsync(10_000);
    const next = request(2);
    for (let i = 0; i < 9; i++) {
      send(client, next.subarray(i, i + 1));
      await vi.advanceTimersByTimeAsync(10);
    }
    send(client, next.subarray(9));
    await vi.advanceTimersByTimeAsync(10_000);
    expect(answers).toEqual([1, 2]);
    for (let i = 0; i < 12; i++) {
      send(client, next.subarray(i, i + 1));
      await vi.advanceTimersByTimeAsync(10);
    }
    expect(await served).toMatchObject({ ...stalled, context: { missing: 'the rest of a request' } });
  });
});

describe('requests that are still arriving', () => {
  /** The beginning of a large request. */
  const begin = (sizeBytes: number, sentBytes: number): Uint8Array => {
    const bytes = new Uint8Array(4 + sentBytes);
    new DataView(bytes.buffer).setInt32(0, sizeBytes);
    return bytes;
  };

  test('hold memory only for what was sent, and all of them together no more than the budget', async () => {
    const arriving = arrivingBudget(3_000_000);
    const many = Array.from({ length: 10 }, () => serving(() => {}, { arriving }));
    for (const { client } of many) send(client, begin(60_000_000, 10));
    await turns();
    expect(arriving.heldBytes).toBe(10 * arriving.reserveBytes);
    for (const { client } of many.slice(0, 2)) send(client, begin(0, 900_000).subarray(4));
    await turns();
    expect(await many[1]?.served).toMatchObject({ code: 'connection/over-budget', context: { limit: 3_000_000 } });
    expect(arriving.heldBytes).toBeLessThan(3_500_000);
    // Those that are small, or whole, are not concerned.
    const small = serving(() => {}, { arriving });
    send(small.client, request(1));
    await turns();
    expect(small.answers).toEqual([1]);
    for (const { client } of many) client.close();
    await Promise.all(many.map(({ served }) => served));
    expect(arriving.heldBytes).toBe(0);
  });
});

test('memory of large answers may be used again once they have left, whatever small ones still wait', async () => {
  const [client, inner] = memoryPipe();
  let unsentBytes = 0;
  const server: BytePipe = { ...inner, unsentBytes: () => unsentBytes };
  const found: boolean[] = [];
  const answer = (sizeBytes: number): StreamFetchResponse => ({
    topic: 't',
    streamId: 1,
    partition: {
      partitionIndex: 0,
      errorCode: NO_ERROR,
      highWatermark: 0n,
      nextFilterOffset: 0n,
      logStartOffset: 0n,
      aborted: undefined,
      records: new Uint8Array(sizeBytes),
    },
  });
  const streamed = on(StreamFetch, (_, { push, allSent }) => {
    const look = (unsent: number): void => {
      unsentBytes = unsent;
      found.push(allSent());
    };
    look(0);
    push(answer(10_000)).catch(() => {});
    look(10_000);
    look(1);
    look(0);
    push(answer(10)).catch(() => {});
    look(50);
    push(answer(10_000)).catch(() => {});
    look(20);
    return undefined;
  });
  const served = serve(server, [streamed]);
  const frame = encodeRequest(StreamFetch, 25, 1, 'test', {
    topic: 't',
    partition: 0,
    fetchOffset: 0n,
    maxBytes: 1_000_000,
    isolation: 'read_uncommitted',
    wasmModule: new Uint8Array(0),
    smartmodule: undefined,
    derivedStream: undefined,
    smartmodules: [],
    consumerId: undefined,
  });
  await client.write([frame]);
  await client.end();
  for await (const _ of client.incoming);
  await served;
  expect(found).toEqual([true, false, false, true, true, false]);
});
