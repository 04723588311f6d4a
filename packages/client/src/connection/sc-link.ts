/** The connection to the streaming controller: dialled, watched, and dialled again for as long as the client lives. */
import type { Address, FluvioError } from '@fluvio-ts/protocol';
import { formatAddress } from '@fluvio-ts/protocol';
import type { Session, StopSignal } from '@fluvio-ts/protocol/internal';
import { stopper } from '@fluvio-ts/protocol/internal';
import { clientError, reasonOf } from '../errors.ts';
import { pause } from './backoff.ts';
import type { LinkEvent, LinkState } from './link-state.ts';
import { dialing, linkAfter } from './link-state.ts';
import type { DialOptions } from './open-session.ts';
import { dialTimeout, openSession } from './open-session.ts';
import { deadline, orAborted, waitError } from './timer.ts';

/** What the link is; see `link-state.ts`. */
export type ScState = LinkState<Session>;

/** What a link needs. */
export interface ScLinkOptions extends DialOptions {
  readonly endpoints: readonly Address[];
  /** Runs on each new connection, before it is handed out; a rejection counts as a failed dial. */
  readonly onSession: (session: Session) => Promise<void>;
}

interface Dialled {
  readonly session: Session;
  /** Place of the endpoint that answered. */
  readonly endpoint: number;
}

/** See the file's head. */
export interface ScLink {
  readonly state: ScState;
  /** Since when, on the clock of `performance.now()`. */
  readonly sinceMs: number;
  /** The live session, or the next one. @throws `connect/timeout`, `request/aborted`, `client/closed` */
  session(timeoutMs: number, signal?: StopSignal): Promise<Session>;
  /**
   * A connection of its own to the controller that the link is at, for one request that may be answered late: the
   * controller answers nothing else on a connection meanwhile, not even a probe, so it is not probed. Whoever opens closes.
   *
   * @throws as `session`, and what dialling throws
   */
  apart(timeoutMs: number, signal?: StopSignal): Promise<Session>;
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
  let state: ScState = dialing;
  let sinceMs = performance.now();
  let changed: () => void = () => {};
  let change = new Promise<void>((resolve) => {
    changed = resolve;
  });

  const become = (event: LinkEvent<Session>): void => {
    const next = linkAfter(state, event);
    if (next === state) return;
    if (next.at !== state.at) sinceMs = performance.now();
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

  /** One round over all endpoints, each within the connect deadline, beginning with the one that the state names. */
  const dial = async (stop: StopSignal | undefined): Promise<Dialled> => {
    const first = state.at === 'dialing' ? state.next : 0;
    let last: unknown;
    for (let i = 0; i < endpoints.length; i++) {
      const endpoint = (first + i) % endpoints.length;
      const address = endpoints[endpoint] as Address;
      const limit = deadline(connectTimeoutMs, life.signal, stop);
      try {
        return { session: await dialOne(address, limit.signal), endpoint };
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
  const keepUp = async (first: Dialled): Promise<void> => {
    let { session, endpoint } = first;
    for (;;) {
      // Closed in the very moment in which the dial succeeded.
      if (life.signal.aborted) {
        session.close(reasonOf(life.signal.reason));
        return;
      }
      become({ type: 'dialled', session, endpoint, atMs: performance.now() });
      const error = await session.closed;
      become({ type: 'lost', error, atMs: performance.now() });
      for (;;) {
        if (state.at !== 'waiting') return;
        await pause(state.attempt, life.signal);
        if (life.signal.aborted) return;
        become({ type: 'paused' });
        try {
          ({ session, endpoint } = await dial(undefined));
          break;
        } catch (failure) {
          become({ type: 'failed', error: failure });
        }
      }
    }
  };

  const first = await dial(signal);
  void keepUp(first);

  const link: ScLink = {
    get state() {
      return state;
    },
    get sinceMs() {
      return sinceMs;
    },
    async apart(timeoutMs, stop) {
      await link.session(timeoutMs, stop);
      const address = endpoints[state.at === 'closed' ? 0 : state.next % endpoints.length] as Address;
      const limit = deadline(connectTimeoutMs, life.signal, stop);
      try {
        return await openSession({ kind: 'sc', address }, { ...options, probeIntervalMs: 0 }, limit.signal);
      } catch (error) {
        const what = `connecting to ${formatAddress(address)}`;
        throw limit.passed ? dialTimeout(what, connectTimeoutMs, limit, error) : error;
      } finally {
        limit.release();
      }
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
      become({ type: 'closed', why });
      life.stop(why);
      if (before.at === 'ready') before.session.close(why.message);
    },
  };
  return link;
}
