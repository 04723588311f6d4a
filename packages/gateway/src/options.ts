/** What a gateway is started with: every option, its default, and the checks that a caller's mistake meets at once. */
import type { Pem, TlsOptions } from '@fluvio-ts/adapter-tcp';
import { type Address, parseAddress } from '@fluvio-ts/protocol';
import { TUNNEL_MAX_MESSAGE_BYTES } from '@fluvio-ts/protocol/internal';
import type { SpuAddress } from './directory.ts';
import { gatewayError } from './errors.ts';
import { type Log, reasonOf, silent } from './log.ts';
import { type OriginCheck, originCheck } from './origins.ts';

/** The cluster behind a gateway. */
export interface GatewayCluster {
  /** `host:port` of the streaming controller. */
  readonly endpoint: string;
  /** TLS towards the cluster, as for `tcp()` of `@fluvio-ts/adapter-tcp`. `true` for the defaults. Default: plaintext. */
  readonly tls?: boolean | TlsOptions;
  /** Which address of an SPU to dial: the `public` one, or the `local` one inside the cluster's network. Default `public`. */
  readonly spuAddress?: SpuAddress;
  /** What logs and `/healthz` call it. Default: the endpoint. */
  readonly name?: string;
}

/** What bounds a gateway. */
export interface GatewayLimits {
  /** Tunnels at one time, those being dialled included. Default 1,000. */
  readonly maxConnections?: number;
  /** Silence in both directions that ends a tunnel, in milliseconds; 0 for never. Default 0: consumers may wait for days. */
  readonly idleTimeoutMs?: number;
  /** Largest message that a client may send. Default 1 MiB, which is what the adapters of this project send. */
  readonly maxMessageBytes?: number;
  /** Bytes of one client that may wait for the cluster; then the client waits. Default 1 MiB. */
  readonly maxBufferedBytes?: number;
  /** Silence after which a client is pinged; one that leaves a ping unanswered for as long again is dropped. Default 30 s. */
  readonly keepAliveMs?: number;
}

/** How to start a gateway. */
export interface GatewayOptions {
  /** The cluster that tunnels lead to. */
  readonly cluster: GatewayCluster;
  /** Address to listen at. Default `127.0.0.1`: this machine only. `0.0.0.0` or `::` for all; then set a `token`. */
  readonly host?: string;
  /** Port to listen at. Default 0: any free one, see {@link Gateway.url}. */
  readonly port?: number;
  /** Path of the tunnels. Default `/v1/tunnel`. */
  readonly path?: string;
  /** Certificate and key, to serve `wss:` and `https:`; pages that were loaded over `https:` need that. Default: neither. */
  readonly tls?: { readonly cert: Pem; readonly key: Pem };
  /**
   * Web pages that may open tunnels, such as `['https://app.example.com']`; `'*'` for all. Default: pages of this machine,
   * and of the same IP address. Programs that are no browsers name no origin and are not asked for one.
   */
  readonly origins?: readonly string[] | '*';
  /** Secret that clients must present; see the README for the ways. Default: none is asked for. */
  readonly token?: string;
  /** Bounds of number, size and time. */
  readonly limits?: GatewayLimits;
  /** Stops the gateway, or its start. */
  readonly signal?: AbortSignal;
  /** Told what happens. Default: nobody is. */
  readonly log?: Log;
}

/** {@link GatewayOptions}, checked, with every default in place. */
export interface GatewayPlan {
  readonly cluster: {
    readonly address: Address;
    readonly tls: boolean | TlsOptions;
    readonly spuAddress: SpuAddress;
    readonly name: string;
  };
  readonly host: string;
  readonly port: number;
  readonly path: string;
  readonly tls: GatewayOptions['tls'];
  readonly allowsOrigin: OriginCheck;
  readonly token: string | undefined;
  readonly limits: Required<GatewayLimits>;
  readonly signal: AbortSignal | undefined;
  readonly log: Log;
}

/** @throws FluvioError `gateway/options` */
export function planGateway(options: GatewayOptions): GatewayPlan {
  const { cluster, host = '127.0.0.1', port = 0, path = '/v1/tunnel', token, limits = {}, log = silent } = options;
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw unusable('port', `must be 0 to 65535, not ${port}`);
  if (!/^\/[^?#\s]*$/.test(path) || path === HEALTH_PATH)
    throw unusable('path', `must begin with / and be a plain path, not '${path}'`);
  if (token !== undefined && !/^[\x21-\x7e]{1,1024}$/.test(token)) {
    throw unusable('token', 'must be 1 to 1024 printable ASCII characters without spaces');
  }
  return {
    cluster: {
      address: scAddress(cluster.endpoint),
      tls: cluster.tls ?? false,
      spuAddress: cluster.spuAddress ?? 'public',
      name: cluster.name ?? cluster.endpoint,
    },
    host,
    port,
    path,
    tls: options.tls,
    allowsOrigin: originCheck(options.origins, host),
    token,
    limits: {
      maxConnections: positive('maxConnections', limits.maxConnections ?? 1_000),
      idleTimeoutMs: limits.idleTimeoutMs ? positive('idleTimeoutMs', limits.idleTimeoutMs) : 0,
      maxMessageBytes: positive('maxMessageBytes', limits.maxMessageBytes ?? TUNNEL_MAX_MESSAGE_BYTES),
      maxBufferedBytes: positive('maxBufferedBytes', limits.maxBufferedBytes ?? TUNNEL_MAX_MESSAGE_BYTES),
      keepAliveMs: positive('keepAliveMs', limits.keepAliveMs ?? 30_000),
    },
    signal: options.signal,
    log,
  };
}

/** Where a gateway tells of its health. */
export const HEALTH_PATH = '/healthz';

/** The longest time that a timer can be set to. */
const MAX_TIMER_MS = 0x7fff_ffff;

const unusable = (option: string, reason: string) => gatewayError('gateway/options', { option, reason });

function positive(name: string, value: number): number {
  if (Number.isInteger(value) && value > 0 && value <= MAX_TIMER_MS) return value;
  throw unusable(`limits.${name}`, `must be a whole number of 1 to ${MAX_TIMER_MS}, not ${value}`);
}

function scAddress(endpoint: string): Address {
  try {
    return parseAddress(endpoint);
  } catch (error) {
    throw unusable('cluster.endpoint', `is wrong: ${reasonOf(error)}`);
  }
}
