/** Connections to SPUs: one per SPU and purpose, dialled when first wanted, replaced when they end. */
import type { Address, FluvioError } from '@fluvio-ts/protocol';
import { formatAddress } from '@fluvio-ts/protocol';
import type { Session, StopSignal } from '@fluvio-ts/protocol/internal';
import { stopper } from '@fluvio-ts/protocol/internal';
import { clientError, reasonOf } from '../errors.ts';
import type { SpuObject } from '../metadata/metadata.ts';
import type { Gate } from './gate.ts';
import { gate } from './gate.ts';
import type { DialOptions } from './open-session.ts';
import { dialTimeout, openSession } from './open-session.ts';
import { abortedError, deadline, orAborted } from './timer.ts';

/**
 * What a connection is for. An SPU finishes each request of a connection before it reads the next, so a produce request
 * that waits for replicas must not share one with the credits of streams. Each consumer has connections of its own, since
 * closing them is the only way to end a stream at the SPU.
 */
export type Purpose = 'produce' | 'query' | `consume ${number}` | `store ${number}`;

/** Which of an SPU's addresses is dialled: the public one, the one inside the cluster's network, or what the function says. */
export type SpuAddress =
  | 'public'
  | 'local'
  | ((spu: { readonly id: number; readonly name: string; readonly address: Address }) => Address);

/** What the pool needs. */
export interface SpuPoolOptions extends DialOptions {
  /** Where the controller was asked to be. */
  readonly endpoints: readonly Address[];
  readonly spuAddress: SpuAddress;
}

/** See the file's head. */
export interface SpuPool {
  /** The live connection, if there is one. */
  live(spuId: number, purpose: Purpose): Session | undefined;
  /**
   * The live connection, or a new one. Simultaneous callers share one dial, which goes on when one of them gives up. One
   * that leads to an address that the SPU no longer has is replaced.
   *
   * @throws the transport's errors, `connect/spu-address`, `connect/timeout`, `request/aborted`
   */
  session(spu: SpuObject, purpose: Purpose, signal: StopSignal): Promise<Session>;
  /** An SPU is said to be well again: it may be dialled without a pause. */
  forgive(spuId: number): void;
  /** Closes the connections of one purpose, which will not be wanted again. */
  release(purpose: Purpose, why: FluvioError): void;
  close(why: FluvioError): void;
}

interface Live {
  readonly session: Session;
  readonly address: string;
}

interface Dial {
  readonly purpose: Purpose;
  readonly session: Promise<Session>;
  /** Nobody wants the result any more. */
  isVoid: boolean;
}

/** Makes an empty pool. */
export function spuPool(options: SpuPoolOptions): SpuPool {
  const { connectTimeoutMs, spuAddress } = options;
  const life = stopper();
  const live = new Map<string, Live>();
  const dials = new Map<string, Dial>();
  /** One for each SPU, at the address that it has now. */
  const gates = new Map<number, { readonly address: string; readonly door: Gate }>();

  const gateOf = (spuId: number, address: string): Gate => {
    const found = gates.get(spuId);
    if (found?.address === address) return found.door;
    const door = gate();
    gates.set(spuId, { address, door });
    return door;
  };

  const open = async (spu: SpuObject, address: Address): Promise<Session> => {
    const limit = deadline(connectTimeoutMs, life.signal);
    try {
      return await openSession({ kind: 'spu', id: spu.spec.id, name: spu.name, address }, options, limit.signal);
    } catch (error) {
      const why = limit.passed
        ? dialTimeout(`connecting to SPU ${spu.spec.id}`, connectTimeoutMs, limit, error)
        : error;
      throw life.signal.aborted ? why : explained(spu, address, options, why);
    } finally {
      limit.release();
    }
  };

  const liveSession = (key: string): Live | undefined => {
    const found = live.get(key);
    return found?.session.isClosed === false ? found : undefined;
  };

  const dial = (spu: SpuObject, purpose: Purpose, to: Address, key: string, dialKey: string): Dial => {
    const address = formatAddress(to);
    const door = gateOf(spu.spec.id, address);
    const session = door
      .pass(() => open(spu, to), life.signal)
      .then(
        (opened) => {
          dials.delete(dialKey);
          const readyAt = performance.now();
          if (mine.isVoid || life.signal.aborted) {
            opened.close('its owner was closed');
            return opened;
          }
          const before = live.get(key);
          live.set(key, { session: opened, address });
          before?.session.close(`SPU ${spu.spec.id} has moved to ${address}`);
          void opened.closed.then((error) => {
            // One that this client closed has been taken out before.
            if (live.get(key)?.session !== opened) return;
            live.delete(key);
            door.lost(performance.now() - readyAt, error);
          });
          return opened;
        },
        (error: unknown) => {
          dials.delete(dialKey);
          throw error;
        },
      );
    const mine: Dial = { purpose, session, isVoid: false };
    dials.set(dialKey, mine);
    return mine;
  };

  return {
    live: (spuId, purpose) => liveSession(`${purpose} ${spuId}`)?.session,
    async session(spu, purpose, signal) {
      const { id } = spu.spec;
      if (life.signal.aborted) throw life.signal.reason;
      if (signal.aborted) throw abortedError(`connecting to SPU ${id}`, signal);
      const to = addressOf(spu, spuAddress);
      const address = formatAddress(to);
      const key = `${purpose} ${id}`;
      const found = liveSession(key);
      if (found?.address === address) return found.session;
      const dialKey = `${key} ${address}`;
      const dialling = dials.get(dialKey) ?? dial(spu, purpose, to, key, dialKey);
      return orAborted(dialling.session, signal, () => abortedError(`connecting to SPU ${id}`, signal));
    },
    release(purpose, why) {
      for (const dialling of dials.values()) if (dialling.purpose === purpose) dialling.isVoid = true;
      for (const [key, { session }] of live) {
        if (!key.startsWith(`${purpose} `)) continue;
        live.delete(key);
        session.close(why.message);
      }
    },
    forgive(spuId) {
      gates.get(spuId)?.door.forgive();
    },
    close(why) {
      life.stop(why);
      const all = [...live.values()];
      live.clear();
      for (const { session } of all) session.close(why.message);
    },
  };
}

/** Adds where the address came from, where that is likely what is wrong. */
function explained(spu: SpuObject, address: Address, options: SpuPoolOptions, error: unknown): unknown {
  const endpoints = options.endpoints.map(formatAddress).join(', ');
  const facts = { spu: spu.spec.id, address: formatAddress(address), endpoint: endpoints, reason: reasonOf(error) };
  if (typeof options.spuAddress === 'function') {
    return clientError('connect/spu-address', { ...facts, origin: 'mapped' }, error);
  }
  if (!isMisplaced(address, options.endpoints)) return error;
  return clientError('connect/spu-address', { ...facts, origin: options.spuAddress }, error);
}

/** Whether an address means this machine although the cluster is on another. */
export const isMisplaced = (address: Address, endpoints: readonly Address[]): boolean =>
  isThisMachine(address.host) && !endpoints.some(({ host }) => isThisMachine(host));

const isThisMachine = (host: string): boolean => /^(localhost|127\..*|0\.0\.0\.0|::1?)$/i.test(host);

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
  return choice === 'public' ? address : mapped(spu, address, choice);
}

type AddressMap = Exclude<SpuAddress, string>;

/** What the caller's function makes of an address. @throws `option/invalid` where that is none */
function mapped(spu: SpuObject, address: Address, map: AddressMap): Address {
  const facts = { id: spu.spec.id, name: spu.name, address };
  const invalid = (reason: string, cause?: unknown): FluvioError =>
    clientError(
      'option/invalid',
      { option: 'spuAddress', reason: `${reason} for SPU ${facts.id} at ${formatAddress(address)}` },
      cause,
    );
  let made: Address | undefined;
  try {
    made = map(facts);
  } catch (error) {
    throw invalid(`threw (${reasonOf(error)})`, error);
  }
  if (typeof made?.host === 'string' && made.host !== '' && isPort(made.port)) return made;
  throw invalid(`must return { host, port } with a port of 1 to 65535, and did not`);
}

const isPort = (port: unknown): boolean => Number.isInteger(port) && Number(port) > 0 && Number(port) < 65_536;
