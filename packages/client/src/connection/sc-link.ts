/** The connection to the streaming controller: dialled, watched, and dialled again for as long as the client lives. */
import type { Address, FluvioError } from '@fluvio-ts/protocol';
import { formatAddress } from '@fluvio-ts/protocol';
import type { Session, StopSignal } from '@fluvio-ts/protocol/internal';
import { stopper } from '@fluvio-ts/protocol/internal';
import { clientError, reasonOf } from '../errors.ts';
import { pause } from './backoff.ts';
import type { DialOptions } from './open-session.ts';
import { dialTimeout, openSession } from './open-session.ts';
import { deadline, orAborted, waitError } from './timer.ts';

/** Everything the link can be. */
export type ScState =
  | { readonly at: 'dialing'; readonly last: unknown }
  | { readonly at: 'ready'; readonly session: Session }
  | { readonly at: 'waiting'; readonly attempt: number; readonly last: unknown }
  | { readonly at: 'closed'; readonly why: FluvioError };

/** What a link needs. */
export interface ScLinkOptions extends DialOptions {
  readonly endpoints: readonly Address[];
  /** Runs on each new connection, before it is handed out; a rejection counts as a failed dial. */
  readonly onSession: (session: Session) => Promise<void>;
}

/** A connection that lasted this long was a good one: the next pause is a short one again. */
const HEALTHY_MS = 5_000;

/** See the file's head. */
export interface ScLink {
  readonly state: ScState;
  /** The live session, or the next one. @throws `connect/timeout`, `request/aborted`, `client/closed` */
  session(timeoutMs: number, signal?: StopSignal): Promise<Session>;
  close(why: FluvioError): void;
}

/**
 * Dials the first endpoint that answers and keeps the link up from then on.
 *
 * @throws `connect/failed` when no endpoint answers at the first round; `request/aborted`
 */
export async function scLink(options: ScLinkOptions, signal?: AbortSignal): Promise<ScLink> {
  const { endpoints, connectTimeoutMs, onSession } = options;
  const life = stopper();
  let state: ScState = { at: 'dialing', last: undefined };
  let changed: () => void = () => {};
  let change = new Promise<void>((resolve) => {
    changed = resolve;
  });

  const become = (next: ScState): void => {
    if (state.at === 'closed') return;
    state = next;
    const wake = changed;
    change = new Promise((resolve) => {
      changed = resolve;
    });
    wake();
  };

  const dialOne = async (address: Address, stop: StopSignal): Promise<Session> => {
    const session = await openSession({ kind: 'sc', address }, options, stop);
    try {
      await orAborted(onSession(session), stop, () => new Error('the metadata did not arrive in time'));
      return session;
    } catch (error) {
      session.close(reasonOf(error));
      throw error;
    }
  };

  /** One round over all endpoints, each within the connect deadline. */
  const dial = async (stop: StopSignal | undefined): Promise<Session> => {
    let last: unknown;
    for (const address of endpoints) {
      const limit = deadline(connectTimeoutMs, life.signal, stop);
      try {
        return await dialOne(address, limit.signal);
      } catch (error) {
        last = limit.passed
          ? dialTimeout(`connecting to ${formatAddress(address)}`, connectTimeoutMs, limit, error)
          : error;
        if (!limit.passed && limit.signal.aborted) throw waitError('connecting', connectTimeoutMs, limit, error);
      } finally {
        limit.release();
      }
    }
    throw clientError('connect/failed', { endpoints: endpoints.map(formatAddress), reason: reasonOf(last) }, last);
  };

  /** Redials for ever, with growing pauses, until the link is closed. */
  const keepUp = async (first: Session): Promise<void> => {
    let session = first;
    let attempt = 0;
    for (;;) {
      // Closed in the very moment in which the dial succeeded.
      if (life.signal.aborted) {
        session.close(reasonOf(life.signal.reason));
        return;
      }
      become({ at: 'ready', session });
      const readyAt = performance.now();
      let last: unknown = await session.closed;
      // A controller that drops its clients again and again is not to be asked without a pause.
      if (performance.now() - readyAt >= HEALTHY_MS) attempt = 0;
      for (;;) {
        attempt++;
        if (life.signal.aborted) return;
        become({ at: 'waiting', attempt, last });
        await pause(attempt, life.signal);
        if (life.signal.aborted) return;
        become({ at: 'dialing', last });
        try {
          session = await dial(undefined);
          break;
        } catch (error) {
          last = error;
        }
      }
    }
  };

  const first = await dial(signal);
  void keepUp(first);

  return {
    get state() {
      return state;
    },
    async session(timeoutMs, stop) {
      if (state.at === 'ready' && !state.session.isClosed) return state.session;
      const wait = deadline(timeoutMs, stop);
      let last: unknown;
      try {
        for (;;) {
          if (state.at === 'closed') throw state.why;
          if (state.at === 'ready' && !state.session.isClosed) return state.session;
          if (state.at !== 'ready') last = state.last;
          await orAborted(change, wait.signal, () =>
            waitError('reaching the streaming controller', timeoutMs, wait, last),
          );
        }
      } finally {
        wait.release();
      }
    },
    close(why) {
      const { state: before } = { state };
      become({ at: 'closed', why });
      life.stop(why);
      if (before.at === 'ready') before.session.close(why.message);
    },
  };
}
