import { afterEach, describe, expect, test, vi } from 'vitest';
import { isFluvioError } from '../errors.ts';
import { SpuApiVersions } from '../messages/api-versions.ts';
import { NO_ERROR } from '../messages/error-code.ts';
import { FetchOffsets } from '../messages/spu/offsets.ts';
import { StreamFetch, UpdateOffsets } from '../messages/spu/stream-fetch.ts';
import { memoryPipe } from './memory-pipe.ts';
import type { Route } from './serve.ts';
import { on, serve } from './serve.ts';
import type { Session } from './session.ts';
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
