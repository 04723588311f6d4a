/** Connections to SPUs: one per SPU and purpose, dialled when first wanted, replaced when they end. */
import type { Address, FluvioError, Transport } from '@fluvio-ts/protocol';
import type { Session, StopSignal } from '@fluvio-ts/protocol/internal';
import { startSession, stopper } from '@fluvio-ts/protocol/internal';
import type { SpuObject } from '../metadata/metadata.ts';
import { abortedError, deadline, orAborted, waitError, withAbortSignal } from './timer.ts';

/**
 * What a connection is for. An SPU finishes each request of a connection before it reads the next, so a produce request
 * that waits for replicas must not share one with the credits of streams. Each consumer has connections of its own, since
 * closing them is the only way to end a stream at the SPU.
 */
export type Purpose = 'produce' | 'query' | `consume ${number}`;

/** Which of an SPU's addresses is dialled: the public one, the one inside the cluster's network, or what the function says. */
export type SpuAddress =
  | 'public'
  | 'local'
  | ((spu: { readonly id: number; readonly name: string; readonly address: Address }) => Address);

/** What the pool needs. */
export interface SpuPoolOptions {
  readonly transport: Transport;
  readonly clientId: string;
  readonly connectTimeoutMs: number;
  readonly spuAddress: SpuAddress;
}

/** See the file's head. */
export interface SpuPool {
  /** The live connection, if there is one. */
  live(spuId: number, purpose: Purpose): Session | undefined;
  /** The live connection, or a new one. Simultaneous callers share one dial. @throws the transport's errors, `connect/timeout`, `request/aborted` */
  session(spu: SpuObject, purpose: Purpose, signal: StopSignal): Promise<Session>;
  /** Closes the connections of one purpose, which will not be wanted again. */
  release(purpose: Purpose, why: FluvioError): void;
  close(why: FluvioError): void;
}

/** Makes an empty pool. */
export function spuPool(options: SpuPoolOptions): SpuPool {
  const { transport, clientId, connectTimeoutMs, spuAddress } = options;
  const life = stopper();
  const live = new Map<string, Session>();
  const dials = new Map<string, Promise<Session>>();
  const released = new Set<Purpose>();

  const dial = async (spu: SpuObject): Promise<Session> => {
    const address = addressOf(spu, spuAddress);
    const limit = deadline(connectTimeoutMs, life.signal);
    try {
      const to = { kind: 'spu', id: spu.spec.id, name: spu.name, address } as const;
      const pipe = await withAbortSignal(limit.signal, (abort) => transport.connect(to, { signal: abort }));
      return await startSession(pipe, {
        server: 'spu',
        clientId,
        handshakeTimeoutMs: connectTimeoutMs,
        signal: limit.signal,
      });
    } catch (error) {
      throw limit.passed ? waitError(`connecting to SPU ${spu.spec.id}`, connectTimeoutMs, limit, error) : error;
    } finally {
      limit.release();
    }
  };

  const liveSession = (key: string): Session | undefined => {
    const found = live.get(key);
    return found?.isClosed === false ? found : undefined;
  };

  return {
    live: (spuId, purpose) => liveSession(`${purpose} ${spuId}`),
    async session(spu, purpose, signal) {
      if (life.signal.aborted) throw life.signal.reason;
      const key = `${purpose} ${spu.spec.id}`;
      const found = liveSession(key);
      if (found !== undefined) return found;
      let dialling = dials.get(key);
      if (dialling === undefined) {
        dialling = dial(spu).then((session) => {
          if (released.has(purpose)) session.close('its owner was closed');
          live.set(key, session);
          void session.closed.then(() => {
            if (live.get(key) === session) live.delete(key);
          });
          return session;
        });
        dials.set(key, dialling);
        const settled = (): void => {
          dials.delete(key);
        };
        dialling.then(settled, settled);
      }
      return orAborted(dialling, signal, () => abortedError(`connecting to SPU ${spu.spec.id}`, signal));
    },
    release(purpose, why) {
      if ([...dials.keys()].some((key) => key.startsWith(`${purpose} `))) released.add(purpose);
      for (const [key, session] of live) if (key.startsWith(`${purpose} `)) session.close(why.message);
    },
    close(why) {
      life.stop(why);
      for (const session of live.values()) session.close(why.message);
      live.clear();
    },
  };
}

/** Where an SPU is dialled. */
export function addressOf(spu: SpuObject, choice: SpuAddress): Address {
  const { publicEndpoint, publicEndpointLocal } = spu.spec;
  const ingress = publicEndpoint.ingress[0];
  const address: Address = { host: ingress?.hostname ?? ingress?.ip ?? '127.0.0.1', port: publicEndpoint.port };
  if (choice === 'local') {
    // An empty host means this machine, as in Rust's default.
    return publicEndpointLocal === undefined
      ? address
      : { host: publicEndpointLocal.host || '127.0.0.1', port: publicEndpointLocal.port };
  }
  return choice === 'public' ? address : choice({ id: spu.spec.id, name: spu.name, address });
}
