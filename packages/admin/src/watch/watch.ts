/** Watching the objects of one kind, for as long as the reader likes and the client lives. */

import type { Cluster } from '@fluvio-ts/client/internal';
import { abortedError, isRetryable } from '@fluvio-ts/client/internal';
import type { MetadataUpdate } from '@fluvio-ts/protocol';
import { isFluvioError } from '@fluvio-ts/protocol';
import type { Answers, StopSignal } from '@fluvio-ts/protocol/internal';
import type { AnyObject, Kind } from '../objects/object.ts';
import { answerReader } from './answers.ts';
import type { WatchEvent } from './differences.ts';
import { differences } from './differences.ts';

/** How a watch is stopped from outside its loop. */
export interface WatchOptions {
  /** Ends the watch: a pending read rejects with `request/aborted`. */
  readonly signal?: AbortSignal;
}

/**
 * Events of one kind of objects: `synced` with all of them, then every difference. Iterate once; leaving the loop ends
 * the watch, and it ends by itself when the client is closed.
 *
 * A lost connection is no event: the watch goes on behind it with what has really changed meanwhile. A reader that is
 * slow sees the last state of each object and not every state between; what waits for it is bounded by the number of
 * objects.
 */
export interface Watch<T> extends AsyncIterable<WatchEvent<T>>, AsyncDisposable {
  /** The next event. @throws `request/aborted`, and what keeps the controller's answers from being read: `version/unsupported`, `wire/*` */
  next(): Promise<IteratorResult<WatchEvent<T>, undefined>>;
  /** Ends the watch; a pending read ends as if there were no more events. Safe to call twice. */
  return(): Promise<IteratorResult<WatchEvent<T>, undefined>>;
}

/** Only SmartModules have a summary: all but their WebAssembly, which may be megabytes. */
const WATCH = { epoch: 0n, summary: true };

/** The longest time that a timer can hold: the controller is waited for without end. */
const FOR_EVER_MS = 0x7fff_ffff;

const DONE = { done: true, value: undefined } as const;

/** Everything a watch can be. */
type State =
  | { readonly at: 'idle' }
  | { readonly at: 'running' }
  /** What was received is still handed out, then the error. */
  | { readonly at: 'failed'; readonly error: unknown }
  | { readonly at: 'over'; readonly error: unknown };

/** Makes a watch; nothing is sent before its first read. */
export function openWatch<Wire extends { readonly name: string }, T extends AnyObject>(
  cluster: Cluster,
  kind: Kind<Wire, T>,
  { signal }: { readonly signal?: StopSignal } = {},
): Watch<T> {
  const what = `watching ${kind.plural}`;
  const news = differences<T>((a, b) => kind.order(a, b));
  const stop = new AbortController();
  let state: State = { at: 'idle' };
  let wake: () => void = () => {};
  let waiting: Promise<void> | undefined;

  /** Resolves when there may be something to tell. */
  const woken = (): Promise<void> => {
    waiting ??= new Promise((resolve) => {
      wake = () => {
        waiting = undefined;
        resolve();
      };
    });
    return waiting;
  };

  const become = (next: State): void => {
    if (state.at === 'over') return;
    state = next;
    wake();
  };

  const finish = (error: unknown): void => {
    if (state.at === 'over') return;
    become({ at: 'over', error });
    stop.abort();
    signal?.removeEventListener('abort', onAbort);
    cluster.life.removeEventListener('abort', onClientClosed);
  };
  const onAbort = (): void => finish(abortedError(what, signal));
  const onClientClosed = (): void => finish(undefined);

  /** Opens the watch on the live connection, or the next, and takes its first answer. */
  const open = (): Promise<readonly [Answers<MetadataUpdate<Wire>>, MetadataUpdate<Wire> | undefined]> =>
    cluster.retrying({ what, timeoutMs: FOR_EVER_MS, signals: [stop.signal] }, async () => {
      const answers = await cluster.openSc(kind.watch, WATCH, { signal: stop.signal });
      return [answers, await answers.next()] as const;
    });

  const follow = async (): Promise<void> => {
    const [answers, first] = await open();
    const read = answerReader<Wire>({
      replace: (objects) => news.replace(objects.map((wire) => kind.fromWire(wire))),
      set: (object) => news.set(kind.fromWire(object)),
      remove: (name) => news.remove(name),
    });
    for (let answer = first; answer !== undefined; answer = await answers.next()) {
      read(answer);
      wake();
    }
  };

  const run = async (): Promise<void> => {
    while (state.at === 'running') {
      try {
        await follow();
      } catch (error) {
        // An overflow is answers lost: what is there now comes with the next watch.
        if (!isRetryable(error) && !isFluvioError(error, 'stream/overflow')) throw error;
      }
    }
  };

  const start = (): void => {
    if (state.at !== 'idle') return;
    signal?.addEventListener('abort', onAbort, { once: true });
    cluster.life.addEventListener('abort', onClientClosed, { once: true });
    state = { at: 'running' };
    if (signal?.aborted === true) onAbort();
    else if (cluster.life.aborted) onClientClosed();
    else run().catch((error: unknown) => become({ at: 'failed', error }));
  };

  const watch: Watch<T> = {
    async next() {
      start();
      for (;;) {
        if (state.at === 'over') {
          if (state.error === undefined) return DONE;
          throw state.error;
        }
        const value = news.next();
        if (value !== undefined) return { done: false, value };
        if (state.at === 'failed') finish(state.error);
        else await woken();
      }
    },
    async return() {
      finish(undefined);
      return DONE;
    },
    async [Symbol.asyncDispose]() {
      finish(undefined);
    },
    [Symbol.asyncIterator]: () => watch,
  };
  return watch;
}
