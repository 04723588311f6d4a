import { afterEach, describe, expect, test, vi } from 'vitest';
import { isFluvioError } from '../errors.ts';
import { frameSplitter } from '../frames.ts';
import { SpuApiVersions } from '../messages/api-versions.ts';
import { decodeHeader, encodeResponse } from '../messages/envelope.ts';
import { NO_ERROR } from '../messages/error-code.ts';
import { FetchOffsets } from '../messages/spu/offsets.ts';
import { StreamFetch, UpdateOffsets } from '../messages/spu/stream-fetch.ts';
import { memoryPipe } from './memory-pipe.ts';
import type { Route } from './serve.ts';
import { on, serve } from './serve.ts';
import type { Session, SessionOptions } from './session.ts';
import { startSession } from './session.ts';

const handshake = on(SpuApiVersions, () => ({
  errorCode: NO_ERROR,
  apiKeys: [
    { apiKey: 1003, minVersion: 0, maxVersion: 24 },
    { apiKey: 1002, minVersion: 26, maxVersion: 30 },
  ],
  platformVersion: '0.0.0',
}));

const open: Session[] = [];
const started = async (...routes: Route[]): Promise<{ session: Session; served: Promise<Error | undefined> }> => {
  const [client, server] = memoryPipe();
  const served = serve(server, [handshake, ...routes]);
  const session = await startSession(client, { server: 'spu' });
  open.push(session);
  return { session, served };
};

afterEach(() => {
  vi.useRealTimers();
  for (const session of open.splice(0)) session.close();
});

const answer = (offset: bigint) => ({
  topic: 't',
  streamId: 1,
  partition: {
    partitionIndex: 0,
    errorCode: NO_ERROR,
    highWatermark: offset,
    nextFilterOffset: 0n,
    logStartOffset: 0n,
    aborted: undefined,
    records: new Uint8Array(0),
  },
});
const request = {
  topic: 't',
  partition: 0,
  fetchOffset: 0n,
  maxBytes: 1,
  isolation: 'read_uncommitted',
  wasmModule: new Uint8Array(0),
  smartmodule: undefined,
  derivedStream: undefined,
  smartmodules: [],
  consumerId: undefined,
} as const;

test('versions: the overlap, our newest for what is not listed, a refusal without overlap', async () => {
  const { session } = await started();
  expect(session.version(StreamFetch)).toBe(24);
  expect(session.version(UpdateOffsets)).toBe(0);
  expect(() => session.version(FetchOffsets)).toThrow(
    /serves FetchOffsets at 26 to 30, and this client speaks 18 to 25/,
  );
});

test('fifty calls at once each get their own answer', async () => {
  const { session } = await started(
    on(UpdateOffsets, (r) => ({ status: r.offsets.map((o) => ({ sessionId: o.sessionId, error: NO_ERROR })) })),
  );
  const ids = Array.from({ length: 50 }, (_, i) => i);
  const answers = await Promise.all(
    ids.map((id) => session.call(UpdateOffsets, { offsets: [{ offset: 1n, sessionId: id }] })),
  );
  expect(answers.map((a) => a.status[0]?.sessionId)).toEqual(ids);
});

test('a stream gets every answer, and break ends it', async () => {
  const { session } = await started(
    on(StreamFetch, async (_, call) => {
      for (let i = 1n; i <= 5n; i++) await call.push(answer(i));
      return undefined;
    }),
  );
  const seen: bigint[] = [];
  for await (const { partition } of session.open(StreamFetch, request)) {
    seen.push(partition.highWatermark);
    if (seen.length === 4) break;
  }
  expect(seen).toEqual([1n, 2n, 3n, 4n]);
});

test('a stream that is not read fails by itself and leaves the connection alive', async () => {
  const { session } = await started(
    on(StreamFetch, async (_, call) => {
      for (let i = 1n; i <= 5n; i++) await call.push(answer(i));
      return undefined;
    }),
    on(UpdateOffsets, () => ({ status: [] })),
  );
  const stream = session.open(StreamFetch, request, { queueLimit: 3 });
  await session.call(UpdateOffsets, { offsets: [] });
  for (let i = 0; i < 3; i++) expect((await stream.next())?.partition.highWatermark).toBe(BigInt(i + 1));
  await expect(stream.next()).rejects.toMatchObject({ code: 'stream/overflow' });
  await session.call(UpdateOffsets, { offsets: [] });
});

test('a time-out rejects its call only, and the late answer is ignored', async () => {
  let release: () => void = () => {};
  const { session } = await started(
    on(UpdateOffsets, async (r) => {
      if (r.offsets.length > 0) {
        await new Promise<void>((resolve) => {
          release = resolve;
        });
      }
      return { status: [] };
    }),
  );
  const slow = session.call(UpdateOffsets, { offsets: [{ offset: 0n, sessionId: 1 }] }, { timeoutMs: 5 });
  await expect(slow).rejects.toMatchObject({ code: 'request/timeout', retryable: true });
  release();
  await expect(session.call(UpdateOffsets, { offsets: [] })).resolves.toEqual({ status: [] });
});

test('an abort rejects with its reason as cause, before and during the call', async () => {
  const { session } = await started(on(UpdateOffsets, () => new Promise(() => {})));
  const why = new Error('enough');
  await expect(session.call(UpdateOffsets, { offsets: [] }, { signal: AbortSignal.abort(why) })).rejects.toMatchObject({
    code: 'request/aborted',
    cause: why,
  });
  const controller = new AbortController();
  const call = session.call(UpdateOffsets, { offsets: [] }, { signal: controller.signal });
  controller.abort(why);
  await expect(call).rejects.toMatchObject({ code: 'request/aborted', cause: why });
});

test('reads of a stream that do not wait for one another get an answer each, in order', async () => {
  const { session } = await started(
    on(StreamFetch, async (_, call) => {
      for (let i = 1n; i <= 3n; i++) await call.push(answer(i));
      return undefined;
    }),
  );
  const stream = session.open(StreamFetch, request);
  const answers = await Promise.all([stream.next(), stream.next(), stream.next()]);
  expect(answers.map((each) => each?.partition.highWatermark)).toEqual([1n, 2n, 3n]);
  const last = [stream.next(), stream.next()];
  stream.close();
  expect(await Promise.all(last)).toEqual([undefined, undefined]);
});

test('a deadline beyond what a timer can hold is far away, not at once', async () => {
  const { session } = await started(
    on(UpdateOffsets, async () => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      return { status: [] };
    }),
  );
  await expect(session.call(UpdateOffsets, { offsets: [] }, { timeoutMs: 1e12 })).resolves.toEqual({ status: [] });
});

test('a server that refuses the handshake is not served by', async () => {
  const [client, server] = memoryPipe();
  void serve(server, [
    on(SpuApiVersions, () => ({ errorCode: { kind: 'PermissionDenied' }, apiKeys: [], platformVersion: '' })),
  ]);
  await expect(startSession(client, { server: 'spu' })).rejects.toMatchObject({
    code: 'connection/closed',
    message: expect.stringContaining('refuses'),
  });
  await expect(client.closed).resolves.toBeDefined();
});

/** A session with a server that answers the handshake, and then only what the test sends. */
const scripted = async (options: Partial<SessionOptions> = {}) => {
  const [client, server] = memoryPipe();
  const frames: Uint8Array[] = [];
  const splitter = frameSplitter();
  const said = encodeResponse(SpuApiVersions, 2, 1, { errorCode: NO_ERROR, apiKeys: [], platformVersion: '' });
  void (async () => {
    for await (const chunk of server.incoming) splitter.push(chunk, (frame) => frames.push(frame));
  })().catch(() => {});
  await server.write([said]);
  const session = await startSession(client, { server: 'spu', ...options });
  open.push(session);
  const idOf = (frame: Uint8Array | undefined): number =>
    frame === undefined ? -1 : decodeHeader(frame).header.correlationId;
  return { session, server, frames, idOf };
};

test('an answer that cannot be read fails its call with the reason; the others may try again elsewhere', async () => {
  const { session, server, frames, idOf } = await scripted();
  const bad = session.call(UpdateOffsets, { offsets: [] });
  const other = session.call(UpdateOffsets, { offsets: [] });
  const settled = Promise.allSettled([bad, other]);
  await vi.waitUntil(() => frames.length === 3, { interval: 1 });
  const id = idOf(frames[1]);
  await server.write([Uint8Array.of(0, 0, 0, 6, 0, 0, 0, id, 0xff, 0xff)]);
  const [first, second] = await settled;
  expect(first).toMatchObject({ reason: { code: 'wire/truncated', retryable: false } });
  expect(second).toMatchObject({
    reason: { code: 'connection/closed', retryable: true, cause: { code: 'wire/truncated' } },
  });
});

test('garbage after the handshake ends the connection in a way that may be tried again', async () => {
  const { session, server } = await scripted();
  const call = session.call(UpdateOffsets, { offsets: [] });
  await server.write([new TextEncoder().encode('HTTP/1.1 400 Bad Request')]);
  await expect(call).rejects.toMatchObject({
    code: 'connection/closed',
    retryable: true,
    cause: { code: 'wire/frame-too-large' },
  });
});

describe('a server that falls silent', () => {
  const probe = { idleMs: 15_000, answerMs: 10_000 };

  test('is asked for its versions, and dropped when it does not answer', async () => {
    vi.useFakeTimers();
    const { session, frames } = await scripted({ probe });
    const stream = session.open(StreamFetch, request);
    const next = stream.next().catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(16_000);
    expect(decodeHeader(frames[2] as Uint8Array).header.apiKey).toBe(18);
    expect(session.isClosed).toBe(false);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(await next).toMatchObject({
      code: 'connection/closed',
      retryable: true,
      message: expect.stringContaining('silent for 25'),
    });
    expect(vi.getTimerCount()).toBe(0);
  });

  test('is kept as long as it answers, and while a call of it may take longer', async () => {
    vi.useFakeTimers();
    const [client, server] = memoryPipe();
    void serve(server, [handshake]);
    const lively = await startSession(client, { server: 'spu', probe });
    open.push(lively);
    await vi.advanceTimersByTimeAsync(600_000);
    expect(lively.isClosed).toBe(false);

    const slow = await scripted({ probe });
    const call = slow.session
      .call(UpdateOffsets, { offsets: [] }, { patienceMs: 20_000, timeoutMs: 600_000 })
      .catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(40_000);
    expect(slow.session.isClosed).toBe(false);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(await call).toMatchObject({ code: 'connection/closed' });
  });
});

describe('when the connection ends', () => {
  test('pending calls and streams fail with the reason, later ones too', async () => {
    const { session, served } = await started(
      on(UpdateOffsets, () => Promise.reject(new Error('the disk is gone'))),
      on(StreamFetch, () => undefined),
    );
    const stream = session.open(StreamFetch, request);
    const next = stream.next();
    const call = session.call(UpdateOffsets, { offsets: [] });
    await expect(call).rejects.toMatchObject({ code: 'connection/closed' });
    await expect(next).rejects.toMatchObject({ code: 'connection/closed' });
    await expect(session.call(UpdateOffsets, { offsets: [] })).rejects.toMatchObject({ code: 'connection/closed' });
    expect((await served)?.message).toBe('the disk is gone');
    expect(session.isClosed).toBe(true);
  });

  test('a handler that waits is told by its signal', async () => {
    let told: Promise<unknown> = Promise.resolve();
    const { session } = await started(
      on(UpdateOffsets, (_, call) => {
        told = new Promise((resolve) => {
          call.signal.addEventListener('abort', () => resolve(call.signal.reason));
        });
        return told.then(() => undefined);
      }),
    );
    const call = session.call(UpdateOffsets, { offsets: [] });
    await new Promise((resolve) => setImmediate(resolve));
    session.close();
    await expect(call).rejects.toMatchObject({ code: 'connection/closed' });
    expect(isFluvioError(await told)).toBe(true);
  });
});

test.each([
  ['an unknown API key', '00000010 7777 0000 00000001 0000 000000000000'],
  ['a body that ends too early', '0000000c 03ed 0000 00000001 0000 0000'],
  ['a length over the limit', '7fffffff'],
])('%s ends that connection with a reason and without an answer', async (_, hex) => {
  const [client, server] = memoryPipe();
  const served = serve(server, [handshake, on(UpdateOffsets, () => ({ status: [] }))]);
  await client.write([Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex'))]);
  const reason = await served;
  expect(isFluvioError(reason)).toBe(true);
  const answers: Uint8Array[] = [];
  await (async () => {
    for await (const chunk of client.incoming) answers.push(chunk);
  })().catch((error: unknown) => expect(error).toBe(reason));
  expect(answers).toEqual([]);
});
