/** A session whose requests and end are counted and told. */
import type { Api } from '@fluvio-ts/protocol';
import type { CallOptions, Session } from '@fluvio-ts/protocol/internal';
import type { CountedConnection } from './counters.ts';

/** Wraps a session that stands. Its `close` marks the end as this client's own doing. */
export function countedSession(session: Session, counted: CountedConnection): Session {
  let isExpected = false;
  void session.closed.then((error) => counted.ended(error, isExpected));
  return {
    peer: session.peer,
    server: session.server,
    closed: session.closed,
    get isClosed() {
      return session.isClosed;
    },
    version: (api) => session.version(api),
    async call<Q, R>(api: Api<Q, R>, request: Q, options?: CallOptions): Promise<R> {
      const settled = counted.request(api.name);
      try {
        const answer = await session.call(api, request, options);
        settled();
        return answer;
      } catch (error) {
        settled(error);
        throw error;
      }
    },
    open: (api, request, options) => session.open(api, request, options),
    close(reason) {
      isExpected = true;
      session.close(reason);
    },
  };
}
