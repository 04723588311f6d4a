/** Waiting until an object is as it should be. */
import type { Cluster } from '@fluvio-ts/client/internal';
import { deadline } from '@fluvio-ts/client/internal';
import { adminError } from '../errors.ts';
import type { AnyObject, Kind } from '../objects/object.ts';
import { openWatch } from './watch.ts';

/** How long a wait may last. */
export interface WaitOptions {
  /** Milliseconds until `wait/timeout`. Default 60,000. */
  readonly timeoutMs?: number;
  /** Gives up: the wait rejects with `request/aborted`. */
  readonly signal?: AbortSignal;
}

/** Which object is waited for. */
export interface Wanted<T> {
  /** As in "topic 'orders'". */
  readonly shown: string;
  is(object: T): boolean;
}

/**
 * Resolves with the object once `test` holds for it. States that pass quickly may not be seen.
 *
 * @throws `wait/timeout`, `request/aborted`, `client/closed`, and whatever `test` throws
 */
export async function waitFor<Wire extends { readonly name: string }, T extends AnyObject>(
  cluster: Cluster,
  kind: Kind<Wire, T>,
  wanted: Wanted<T>,
  test: (object: T) => boolean,
  { timeoutMs = 60_000, signal }: WaitOptions = {},
): Promise<T> {
  const wait = deadline(timeoutMs, signal);
  let last = `${wanted.shown} was not there`;
  try {
    for await (const event of openWatch(cluster, kind, { signal: wait.signal })) {
      const object = event.type === 'synced' ? event.objects.find((one) => wanted.is(one)) : event.object;
      if (object === undefined || !wanted.is(object)) continue;
      if (event.type === 'deleted') {
        last = `${wanted.shown} was deleted`;
        continue;
      }
      last = kind.state(object);
      if (test(object)) return object;
    }
  } catch (error) {
    if (!wait.passed) throw error;
    throw adminError('wait/timeout', { what: `waiting for ${wanted.shown}`, timeoutMs, last }, error);
  } finally {
    wait.release();
  }
  // The watch ends by itself only when the client is closed.
  throw cluster.life.reason;
}
