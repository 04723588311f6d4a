/** How a client is told to reach its cluster, and what of it cannot work. */
import type { Address, Codecs, Transport } from '@fluvio-ts/protocol';
import { isFluvioError, parseAddress } from '@fluvio-ts/protocol';
import type { SpuAddress } from './connection/spu-pool.ts';
import { clientError, reasonOf } from './errors.ts';
import type { ClientHooks } from './observe/events.ts';
import type { Logger } from './observe/logger.ts';

/** Where Fluvio's controllers listen. */
const DEFAULT_ENDPOINT = 'localhost:9003';

/** How to reach a cluster. */
export interface ConnectOptions {
  /** `host:port` of the streaming controller. Default `localhost:9003`. A transport that leads through a gateway does not look at it. */
  readonly endpoint?: string;
  /** Several addresses of the controller instead: the next one is tried when one fails or says nothing. */
  readonly endpoints?: readonly string[];
  /** How bytes travel: `tcp()` of `@fluvio-ts/adapter-tcp`, `webSocket()` of `@fluvio-ts/adapter-ws`, … */
  readonly transport: Transport;
  /** Name that servers log. Default `fluvio-ts`. */
  readonly clientId?: string;
  /** Milliseconds for one connection to stand, handshakes included. Default 10,000. */
  readonly connectTimeoutMs?: number;
  /** Milliseconds for one request, waiting for a lost connection included. Default 60,000. */
  readonly requestTimeoutMs?: number;
  /**
   * Milliseconds of silence after which a connection is asked for a sign of life; it is replaced when none comes within
   * 10,000 more. Finds machines that are gone and processes that hang, which send no end. Default 15,000; 0 turns it off.
   */
  readonly probeIntervalMs?: number;
  /**
   * Whether to write the first byte of the next request early, so that it carries the TCP acknowledgement of what was read: over
   * plain TCP, to SPUs that write answers in pieces and wait 40 ms for it, as those of Fluvio do. Default true.
   */
  readonly earlyAck?: boolean;
  /**
   * Which address of an SPU to dial: `public` (default), `local`, or a function for networks that translate addresses. Calls
   * reject with `option/invalid` where it throws, or returns no address.
   */
  readonly spuAddress?: SpuAddress;
  /** Codecs for compressed batches. Default none: reading such batches fails with `codec/missing`, making them with `produce/codec-missing`. */
  readonly codecs?: Codecs;
  /** Called when something happens to the client, by kind of event; see also `Client.on`. */
  readonly hooks?: ClientHooks;
  /** Where the client writes what happens to it, such as `console`. Default: nowhere. Never keys, values or credentials. */
  readonly logger?: Logger;
  /** Gives up connecting. */
  readonly signal?: AbortSignal;
}

/** The addresses of the controller. @throws `option/invalid` */
export function endpointsOf({ endpoint, endpoints }: ConnectOptions): Address[] {
  if (endpoint !== undefined && endpoints !== undefined) {
    throw clientError('option/invalid', {
      option: 'endpoint',
      reason: 'and endpoints are both given: give one of them',
    });
  }
  const option = endpoints === undefined ? 'endpoint' : 'endpoints';
  const given = endpoints ?? [endpoint ?? DEFAULT_ENDPOINT];
  if (given.length === 0) throw clientError('option/invalid', { option, reason: 'is empty' });
  if (!Array.isArray(given))
    throw clientError('option/invalid', { option, reason: 'is no list: one goes to endpoint' });
  return given.map((text) => {
    try {
      return parseAddress(text);
    } catch (error) {
      if (isFluvioError(error)) throw error;
      throw clientError('option/invalid', { option, reason: `is wrong: ${reasonOf(error)}` }, error);
    }
  });
}

/** @throws `option/invalid` for what is no length of time that a timer knows */
export function positive(option: string, value: number): number {
  // A timer cannot wait longer, and fires at once when it is asked to.
  if (value > 0 && value <= 0x7fff_ffff) return value;
  const reason = `must be a number above 0 and at most 2147483647, not ${value}`;
  throw clientError('option/invalid', { option, reason });
}

/** Which addresses of SPUs are dialled. @throws `option/invalid` */
export function spuAddressOf({ spuAddress = 'public' }: ConnectOptions): SpuAddress {
  if (spuAddress === 'public' || spuAddress === 'local' || typeof spuAddress === 'function') return spuAddress;
  const reason = `must be 'public', 'local' or a function, not ${String(spuAddress)}`;
  throw clientError('option/invalid', { option: 'spuAddress', reason });
}
