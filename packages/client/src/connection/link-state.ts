/** What the link to the controller can be, and how one state follows another: no clock, no socket, no timer in here. */
import type { FluvioError } from '@fluvio-ts/protocol';

/** Everything the link can be. `next` is the endpoint that the next round begins with. */
export type LinkState<Session> =
  | { readonly at: 'dialing'; readonly attempt: number; readonly next: number; readonly last: unknown }
  | {
      readonly at: 'ready';
      readonly session: Session;
      readonly attempt: number;
      readonly next: number;
      readonly sinceMs: number;
    }
  /** Attempt `attempt` comes after a pause. */
  | { readonly at: 'waiting'; readonly attempt: number; readonly next: number; readonly last: unknown }
  | { readonly at: 'closed'; readonly why: FluvioError };

/** What happens to a link. Times are of a clock that only goes forward. */
export type LinkEvent<Session> =
  /** The endpoint at place `endpoint` answered. */
  | { readonly type: 'dialled'; readonly session: Session; readonly endpoint: number; readonly atMs: number }
  /** No endpoint answered in a whole round. */
  | { readonly type: 'failed'; readonly error: unknown }
  | { readonly type: 'lost'; readonly error: unknown; readonly atMs: number }
  /** The pause is over. */
  | { readonly type: 'paused' }
  | { readonly type: 'closed'; readonly why: FluvioError };

/** A connection that lasted this long was a good one: the next pause is a short one again. */
export const HEALTHY_MS = 5_000;

/** Where a link begins. */
export const dialing = { at: 'dialing', attempt: 0, next: 0, last: undefined } as const;

/** The state after an event. One that makes no sense in a state (it comes too late) changes nothing. */
export function linkAfter<Session>(state: LinkState<Session>, event: LinkEvent<Session>): LinkState<Session> {
  if (state.at === 'closed') return state;
  if (event.type === 'closed') return { at: 'closed', why: event.why };
  switch (state.at) {
    case 'dialing':
      if (event.type === 'dialled') {
        const { session, endpoint, atMs } = event;
        return { at: 'ready', session, attempt: state.attempt, next: endpoint, sinceMs: atMs };
      }
      if (event.type === 'failed') {
        return { at: 'waiting', attempt: state.attempt + 1, next: state.next + 1, last: event.error };
      }
      return state;
    case 'ready': {
      if (event.type !== 'lost') return state;
      // A controller that drops its clients is asked with growing pauses, and after the second time others are asked first.
      const attempt = event.atMs - state.sinceMs >= HEALTHY_MS ? 1 : state.attempt + 1;
      return {
        at: 'waiting',
        attempt,
        next: attempt === 1 ? state.next : state.next + 1,
        last: event.error,
      };
    }
    case 'waiting':
      if (event.type !== 'paused') return state;
      return { at: 'dialing', attempt: state.attempt, next: state.next, last: state.last };
  }
}
