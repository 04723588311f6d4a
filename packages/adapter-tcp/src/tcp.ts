/** The transport over TCP and TLS. */
import type { Transport } from '@fluvio-ts/protocol';
import { dial } from './dial.ts';
import { planTls, type TlsOptions } from './tls.ts';

/** How {@link tcp} connects. */
export interface TcpOptions {
  /** How long a connection may take to be ready: name lookup, TCP and TLS together. Default 10 s. */
  readonly connectTimeoutMs?: number;
  /** Silence after which the system probes whether the peer is still there; 0 for never. Default 30 s. */
  readonly keepAliveMs?: number;
  /** Whether the process goes on for as long as a connection stands. Default true. */
  readonly keepsProcess?: boolean;
  /** TLS, which a cluster has on its own ports or not at all. `true` for the defaults. Default: plaintext. */
  readonly tls?: boolean | TlsOptions;
}

/**
 * Reaches clusters over TCP, or TLS over TCP, from Node, Bun and Deno.
 *
 * Host names with IPv4 and IPv6 addresses are tried until one answers. Small writes leave at once (no Nagle delay), and
 * writes of one turn of the event loop leave together.
 *
 * `connect` rejects with the codes of {@link TcpCodes}; so do a pipe's reads and writes.
 *
 * @throws FluvioError `tls/options` when a certificate or key cannot be used.
 */
export function tcp(options: TcpOptions = {}): Transport {
  const { connectTimeoutMs = 10_000, keepAliveMs = 30_000, keepsProcess = true, tls = false } = options;
  const plan = {
    connectTimeoutMs,
    keepAliveMs,
    keepsProcess,
    tls: tls === false ? undefined : planTls(tls === true ? {} : tls),
  };
  return {
    connect: (to, { signal } = {}) => dial(to, plan, signal),
  };
}
