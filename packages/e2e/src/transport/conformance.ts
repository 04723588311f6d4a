/**
 * What every transport must do, checked against real sockets. An adapter passes all of it, or its {@link Traits} say what
 * its medium cannot do.
 */
import { getEventListeners } from 'node:events';
import { type BytePipe, type Endpoint, isFluvioError, type Transport } from '@fluvio-ts/protocol';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { FarServer, FarSide } from './far-side.ts';
import { noise, settled, sha256, sockets, turns } from './support.ts';

/** A server and a transport to it, made anew for each test. */
export interface Rig {
  readonly server: FarServer;
  readonly transport: Transport;
  /** Where nothing listens. */
  readonly dead: { readonly endpoint: Endpoint; readonly transport: Transport };
  /** Makes a place that never lets a connection become ready, and a transport with a deadline of 100 ms. */
  readonly silent: () => Promise<SilentPlace>;
}

/** See {@link Rig.silent}. */
export interface SilentPlace {
  readonly endpoint: Endpoint;
  readonly transport: Transport;
  close(): Promise<void>;
}

/** What a medium can and cannot do. */
export interface Traits {
  /** Whether one direction can end while the other goes on. */
  readonly halfClose: boolean;
  /** Whether a reader that does not pull stalls the peer; if not, the adapter bounds what piles up in another way. */
  readonly stallsPeer: boolean;
  /** Set where pipes are accepted: then connecting is not looked at. */
  readonly accepts?: true;
  /** The code for "nobody listens", where the medium hides that; then there is no cause either. */
  readonly refusal?: string;
}

/** Far more than all buffers between two processes hold together: 6 MB to receive and 4 MB to send on Linux. */
const BOUND_BYTES = 48 * 1024 * 1024;

const MIB = 1024 * 1024;

/** Declares the suite for one adapter. `setup` is called before each test; the server is closed after it. */
export function transportConformance(name: string, setup: () => Promise<Rig>, traits: Traits): void {
  describe(`${name} is a transport`, () => {
    let rig: Rig;
    let before: number;
    const pipes: BytePipe[] = [];

    beforeEach(async () => {
      before = sockets();
      rig = await setup();
    });

    afterEach(async () => {
      for (const pipe of pipes.splice(0)) pipe.close();
      await rig.server.close();
      // Nothing that a test has opened outlives it.
      await settled(() => sockets() <= before);
    });

    /** A pipe and its other end. */
    async function open(): Promise<{ pipe: BytePipe; far: FarSide }> {
      const [pipe, far] = await Promise.all([rig.transport.connect(rig.server.endpoint), rig.server.accept()]);
      pipes.push(pipe);
      return { pipe, far };
    }

    /** Pulls until the end; what comes is copied, since it is lent. */
    async function readAll(pipe: BytePipe): Promise<Uint8Array> {
      const parts: Uint8Array[] = [];
      for await (const chunk of pipe.incoming) parts.push(chunk.slice());
      return Buffer.concat(parts);
    }

    describe('bytes', () => {
      test('leave in call order, however they are cut and whether or not writes are awaited', async () => {
        const { pipe, far } = await open();
        const sent: Uint8Array[] = [];
        const random = noise(1);
        for (let call = 0; call < 300; call += 1) {
          const chunks = Array.from({ length: random.below(4) }, () =>
            random.bytes(random.below(call % 50 === 0 ? 300_000 : 900)),
          );
          sent.push(...chunks.map((chunk) => chunk.slice()));
          const written = pipe.write(chunks);
          if (random.below(3) === 0) await written;
          if (random.below(9) === 0) await turns(1);
        }
        const expected = Buffer.concat(sent);
        expect(sha256(await far.bytes(expected.length))).toBe(sha256(expected));
      });

      test('arrive in order, however they were cut', async () => {
        const { pipe, far } = await open();
        const random = noise(2);
        const reading = readAll(pipe);
        const sent: Uint8Array[] = [];
        for (let part = 0; part < 300; part += 1) {
          const bytes = random.bytes(1 + random.below(part % 50 === 0 ? 300_000 : 900));
          sent.push(bytes);
          const gone = far.send(bytes);
          if (random.below(3) === 0) await gone;
          if (random.below(5) === 0) await turns(1);
        }
        far.end();
        expect(sha256(await reading)).toBe(sha256(Buffer.concat(sent)));
      });

      test('arrive in order at a reader that is slower than the network', async () => {
        const { pipe, far } = await open();
        const sent = noise(3).bytes(2 * MIB);
        void far.send(sent).then(() => far.end());
        const parts: Uint8Array[] = [];
        for await (const chunk of pipe.incoming) {
          await turns(2);
          parts.push(chunk.slice());
        }
        expect(sha256(Buffer.concat(parts))).toBe(sha256(sent));
      });

      test('8 MiB go each way at the same time, unharmed', async () => {
        const { pipe, far } = await open();
        const there = noise(4).bytes(8 * MIB);
        const back = noise(5).bytes(8 * MIB);
        const expected = [sha256(there), sha256(back)];
        const reading = readAll(pipe);
        void far.send(back);
        for (let at = 0; at < there.length; at += MIB) await pipe.write([there.slice(at, at + MIB)]);
        const arrived = await far.bytes(there.length);
        far.end();
        expect([sha256(arrived), sha256(await reading)]).toEqual(expected);
      });

      test('a lent chunk does not change until the next pull, whatever arrives meanwhile', async () => {
        const { pipe, far } = await open();
        const reader = pipe.incoming[Symbol.asyncIterator]();
        const sent = noise(6).bytes(2 * MIB);
        void far.send(sent).then(() => far.end());
        const parts: Uint8Array[] = [];
        for (let pull = await reader.next(); !pull.done; pull = await reader.next()) {
          const seen = pull.value.slice();
          if (parts.length < 20) {
            await turns(10);
            expect(Buffer.compare(pull.value, seen)).toBe(0);
          }
          parts.push(seen);
        }
        expect(sha256(Buffer.concat(parts))).toBe(sha256(sent));
      });

      test('an empty write and empty chunks are fine', async () => {
        const { pipe, far } = await open();
        await pipe.write([]);
        await pipe.write([new Uint8Array(0), Uint8Array.of(7), new Uint8Array(0)]);
        expect([...(await far.bytes(1))]).toEqual([7]);
      });
    });

    describe('back-pressure', () => {
      if (traits.stallsPeer)
        test('a reader that does not pull stalls the peer, and loses nothing', async () => {
          const { pipe, far } = await open();
          const part = noise(7).bytes(MIB);
          let sent = 0;
          let stop = false;
          const sending = (async () => {
            while (!stop && sent < 2 * BOUND_BYTES) {
              await far.send(part);
              sent += part.length;
            }
            far.end();
          })();
          await quiet(() => sent);
          expect(sent).toBeLessThan(BOUND_BYTES);
          stop = true;
          let received = 0;
          for await (const chunk of pipe.incoming) {
            expect(chunk[0]).toBe(part[received % part.length]);
            received += chunk.length;
          }
          await sending;
          expect(received).toBe(sent);
        });

      test('a peer that does not read makes writes wait, and go on when it does', async () => {
        const { pipe, far } = await open();
        far.pause();
        let accepted = 0;
        let stop = false;
        const writing = (async () => {
          while (!stop && accepted < 2 * BOUND_BYTES) {
            await pipe.write([new Uint8Array(256 * 1024)]);
            accepted += 256 * 1024;
          }
        })();
        await quiet(() => accepted);
        expect(accepted).toBeLessThan(BOUND_BYTES);
        stop = true;
        far.resume();
        await writing;
        await far.bytes(accepted);
      });

      test('writes that wait for a stalled peer are rejected by a close', async () => {
        const { pipe, far } = await open();
        far.pause();
        let accepted = 0;
        const writing = (async () => {
          for (;;) {
            await pipe.write([new Uint8Array(256 * 1024)]);
            accepted += 256 * 1024;
          }
        })();
        const outcome = writing.catch((error: unknown) => error);
        await quiet(() => accepted);
        // Not awaited on purpose: it must not become an unhandled rejection.
        void pipe.write([new Uint8Array(10)]);
        const reason = new Error('enough');
        pipe.close(reason);
        expect(await outcome).toMatchObject({ code: 'connection/closed', cause: reason });
        expect(await pipe.closed).toBe(reason);
      });
    });

    if (traits.accepts === undefined)
      describe('connecting', () => {
        test('is refused where nothing listens, and the error names the address', async () => {
          const error = await failure(rig.dead.transport.connect(rig.dead.endpoint));
          expect(error).toMatchObject({ code: traits.refusal ?? 'connection/refused', retryable: true });
          expect(error.message).toContain(`127.0.0.1:${rig.dead.endpoint.address.port}`);
          if (traits.refusal === undefined) expect(error.cause).toBeInstanceOf(Error);
        });

        test('does not begin when the signal is aborted already', async () => {
          const reason = new Error('not now');
          const error = await failure(
            rig.transport.connect(rig.server.endpoint, { signal: AbortSignal.abort(reason) }),
          );
          expect(error).toMatchObject({ code: 'request/aborted', cause: reason });
        });

        test('stops when the signal is aborted, and leaves nothing open', async () => {
          const abort = new AbortController();
          const connecting = failure(rig.transport.connect(rig.server.endpoint, { signal: abort.signal }));
          const reason = new Error('changed my mind');
          abort.abort(reason);
          expect(await connecting).toMatchObject({ code: 'request/aborted', cause: reason });
        });

        test('is over for the signal and the deadline once the pipe is open', async () => {
          const abort = new AbortController();
          const set = vi.spyOn(globalThis, 'setTimeout');
          const clear = vi.spyOn(globalThis, 'clearTimeout');
          const [pipe, far] = await Promise.all([
            rig.transport.connect(rig.server.endpoint, { signal: abort.signal }),
            rig.server.accept(),
          ]);
          pipes.push(pipe);
          const deadline = set.mock.results[set.mock.calls.findIndex(([, delayMs]) => delayMs === 10_000)];
          expect(deadline).toBeDefined();
          expect(clear).toHaveBeenCalledWith(deadline?.value);
          expect(getEventListeners(abort.signal, 'abort')).toEqual([]);
          set.mockRestore();
          clear.mockRestore();
          abort.abort();
          await pipe.write([Uint8Array.of(1)]);
          expect([...(await far.bytes(1))]).toEqual([1]);
        });

        test('ends at its deadline when nobody answers', async () => {
          const silent = await rig.silent();
          const error = await failure(silent.transport.connect(silent.endpoint));
          await silent.close();
          expect(error).toMatchObject({ code: 'connection/timeout', retryable: true });
          expect(error.message).toContain('100 ms');
        });

        test('says who is at the other side', async () => {
          const { pipe } = await open();
          expect(pipe.peer).toContain(`:${rig.server.endpoint.address.port}`);
        });
      });

    describe('ending', () => {
      if (traits.halfClose)
        test('this side first: what was written arrives, and the other direction goes on', async () => {
          const { pipe, far } = await open();
          const last = noise(8).bytes(MIB);
          void pipe.write([last.slice()]);
          const ending = pipe.end();
          await expect(pipe.write([Uint8Array.of(1)])).rejects.toMatchObject({ code: 'connection/closed' });
          await Promise.all([ending, far.ended]);
          expect(sha256(await far.bytes(MIB))).toBe(sha256(last));
          const reading = readAll(pipe);
          await far.send(Uint8Array.of(1, 2, 3));
          far.end();
          expect([...(await reading)]).toEqual([1, 2, 3]);
          expect(await pipe.closed).toBeUndefined();
        });

      if (traits.halfClose)
        test('the peer first: incoming ends, and writes still arrive', async () => {
          const { pipe, far } = await open();
          await far.send(Uint8Array.of(9));
          far.end();
          expect([...(await readAll(pipe))]).toEqual([9]);
          await pipe.write([Uint8Array.of(1, 2)]);
          expect([...(await far.bytes(2))]).toEqual([1, 2]);
          await pipe.end();
          expect(await pipe.closed).toBeUndefined();
        });

      test('what was written before end() arrives, and both ends close cleanly', async () => {
        const { pipe, far } = await open();
        const last = noise(9).bytes(3 * MIB);
        void pipe.write([last.slice()]);
        const ending = pipe.end();
        void far.ended.then(() => far.end());
        await ending;
        expect(sha256(await far.bytes(last.length))).toBe(sha256(last));
        expect((await readAll(pipe)).length).toBe(0);
        expect(await pipe.closed).toBeUndefined();
        await far.closed;
      });

      test('end() twice is one end', async () => {
        const { pipe, far } = await open();
        void far.ended.then(() => far.end());
        await Promise.all([pipe.end(), pipe.end()]);
        await readAll(pipe);
        expect(await pipe.closed).toBeUndefined();
      });

      test('close() ends a waiting pull, later writes reject, and a second close changes nothing', async () => {
        const { pipe, far } = await open();
        const reading = readAll(pipe);
        pipe.close();
        pipe.close(new Error('too late'));
        expect((await reading).length).toBe(0);
        expect(await pipe.closed).toBeUndefined();
        await expect(pipe.write([Uint8Array.of(1)])).rejects.toMatchObject({ code: 'connection/closed' });
        await expect(pipe.end()).rejects.toMatchObject({ code: 'connection/closed' });
        await far.ended;
      });

      test('close(reason) throws it from a waiting pull, and is the cause of later rejections', async () => {
        const { pipe } = await open();
        const reason = new Error('bad frame');
        const reading = readAll(pipe);
        pipe.close(reason);
        await expect(reading).rejects.toBe(reason);
        expect(await pipe.closed).toBe(reason);
        await expect(pipe.write([Uint8Array.of(1)])).rejects.toMatchObject({
          code: 'connection/closed',
          cause: reason,
        });
      });

      test('close() forgets what was not pulled', async () => {
        const { pipe, far } = await open();
        await far.send(new Uint8Array(100_000));
        await turns(20);
        pipe.close();
        expect((await readAll(pipe)).length).toBe(0);
      });

      test('leaving the loop closes the pipe', async () => {
        const { pipe, far } = await open();
        await far.send(Uint8Array.of(1, 2, 3));
        for await (const chunk of pipe.incoming) {
          expect(chunk.length).toBeGreaterThan(0);
          break;
        }
        expect(await pipe.closed).toBeUndefined();
        await far.ended;
      });

      test('a cut by the peer throws from a waiting pull', async () => {
        const { pipe, far } = await open();
        const reading = failure(readAll(pipe));
        far.reset();
        const error = await reading;
        expect(error).toMatchObject({ code: 'connection/reset', retryable: true });
        expect(error.message).toContain(pipe.peer);
        expect(await pipe.closed).toBe(error);
        await expect(pipe.write([Uint8Array.of(1)])).rejects.toMatchObject({ code: 'connection/closed', cause: error });
      });

      test('a cut by the peer rejects a write that waits', async () => {
        const { pipe, far } = await open();
        far.pause();
        let accepted = 0;
        const writing = (async () => {
          for (;;) {
            await pipe.write([new Uint8Array(256 * 1024)]);
            accepted += 256 * 1024;
          }
        })().catch((error: unknown) => error);
        await quiet(() => accepted);
        far.reset();
        const error = await pipe.closed;
        expect(error).toMatchObject({ code: 'connection/reset' });
        expect(await writing).toMatchObject({ code: 'connection/closed', cause: error });
      });

      test('what arrived before a cut is not lost', async () => {
        const { pipe, far } = await open();
        const reader = pipe.incoming[Symbol.asyncIterator]();
        await far.send(Uint8Array.of(1, 2, 3));
        await turns(20);
        far.reset();
        await turns(20);
        expect([...((await reader.next()).value ?? [])]).toEqual([1, 2, 3]);
        await expect(reader.next()).rejects.toMatchObject({ code: 'connection/reset' });
        expect((await reader.next()).done).toBe(true);
      });
    });

    test('incoming is iterated once', async () => {
      const { pipe } = await open();
      pipe.incoming[Symbol.asyncIterator]();
      expect(() => pipe.incoming[Symbol.asyncIterator]()).toThrow(TypeError);
    });
  });
}

/** Waits until a counter has stood still for a while: the only way to see that something does *not* go on. */
async function quiet(counter: () => number): Promise<void> {
  for (let last = -1; last !== counter(); ) {
    last = counter();
    await new Promise((resolve) => setTimeout(resolve, 150));
  }
}

/** The error that a promise rejects with. */
async function failure(promise: Promise<unknown>): Promise<Error & { code: string }> {
  const outcome = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!isFluvioError(outcome)) throw new Error(`expected a FluvioError, got ${String(outcome)}`);
  return outcome;
}
