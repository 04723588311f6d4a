/** A session with the SPU that leads the topic of consumer offsets, made when it is needed and kept. */
import type { Address, Api, Transport } from '@fluvio-ts/protocol';
import type { Session } from '@fluvio-ts/protocol/internal';
import { startSession } from '@fluvio-ts/protocol/internal';

/** What a link is made of. */
export interface LeaderLinkOptions {
  readonly spuId: number;
  readonly transport: Transport;
}

/** See the file's head. */
export interface LeaderLink {
  /** Asks an SPU on its private port. Rejects as {@link Session.call}, and when there is no connection. */
  ask<Q, R>(leader: number, address: Address, api: Api<Q, R>, request: Q): Promise<R>;
  close(): void;
}

const CONNECT_TIMEOUT_MS = 2000;
/** An answer takes as long as the offset's replication may. */
const ANSWER_TIMEOUT_MS = 10_000;

/** Makes a link that is not connected. */
export function createLeaderLink({ spuId, transport }: LeaderLinkOptions): LeaderLink {
  const closing = new AbortController();
  let current: { readonly to: string; readonly session: Promise<Session> } | undefined;

  const connect = async (leader: number, address: Address): Promise<Session> => {
    const signal = AbortSignal.any([closing.signal, AbortSignal.timeout(CONNECT_TIMEOUT_MS)]);
    const pipe = await transport.connect({ kind: 'spu', id: leader, name: `spu-${leader}`, address }, { signal });
    return startSession(pipe, { server: 'spu', clientId: `spu-${spuId}`, signal });
  };

  const drop = (link: typeof current, reason: string): void => {
    if (current === link) current = undefined;
    link?.session.then((session) => session.close(reason)).catch(() => {});
  };

  return {
    async ask(leader, address, api, request) {
      const to = `${leader} ${address.host} ${address.port}`;
      if (current !== undefined && current.to !== to) drop(current, 'the leader is somewhere else');
      current ??= { to, session: connect(leader, address) };
      const mine = current;
      try {
        const session = await mine.session;
        return await session.call(api, request, { timeoutMs: ANSWER_TIMEOUT_MS, signal: closing.signal });
      } catch (error) {
        drop(mine, 'the leader did not answer');
        throw error;
      }
    },
    close() {
      closing.abort();
      drop(current, 'the SPU is stopping');
    },
  };
}
