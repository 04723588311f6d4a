/** The door for programs on Node, Bun and Deno: finds the cluster, secures the way there, and connects. */
import type { TcpOptions } from '@fluvio-ts/adapter-tcp';
import { tcp } from '@fluvio-ts/adapter-tcp';
import type { Client, ConnectOptions as ClientOptions } from '@fluvio-ts/client';
import { connect as connectClient } from '@fluvio-ts/client';
import { attempt } from '@fluvio-ts/client/internal';
import type { Codec, Codecs, Transport } from '@fluvio-ts/protocol';
import type { Environment, Target } from './target.ts';
import { findTarget } from './target.ts';
import type { TlsSettings } from './tls-settings.ts';
import { tlsSources } from './tls-settings.ts';

/** How to reach a cluster from Node, Bun or Deno. Everything may be left out: then it is the current profile's cluster. */
export interface ConnectOptions extends Omit<ClientOptions, 'transport'> {
  /** Name of a profile in the profile file. Default: `FLUVIO_PROFILE`, else the current one. Not with `endpoint`. */
  readonly profile?: string;
  /** The profile file. Default: `FLV_PROFILE_PATH`, else `~/.fluvio/config`. */
  readonly configPath?: string;
  /**
   * TLS: `true` trusts the CAs that the runtime trusts; settings say more; `false` is plaintext, whatever a profile says.
   * Default: what the profile says, and plaintext for an `endpoint`.
   */
  readonly tls?: boolean | TlsSettings;
  /** Silence after which the system probes whether the peer is still there, milliseconds; 0 for never. Default 30,000. */
  readonly keepAliveMs?: number;
  /** Whether the process goes on for as long as it is connected. Default true. */
  readonly keepsProcess?: boolean;
  /** Another way for bytes than TCP; `tls` is not looked at then. */
  readonly transport?: Transport;
  /** Environment variables. Default those of the process; `{}` for none. */
  readonly env?: Environment;
}

/**
 * Connects to a cluster and learns its topics. Without options it does as the official clients do: the cluster of the current
 * profile. `FLUVIO_CLUSTER` (`host:port`, or several with commas), `FLUVIO_PROFILE`, `FLV_PROFILE_PATH`, `FLUVIO_CLIENT_ID` and
 * `FLV_SOCKET_WAIT` (seconds for one request) are used where no option says otherwise.
 *
 * @throws `connect/failed` when no endpoint answers, `profile/…` when a profile cannot be used, `tls/file`, `tls/options`,
 *   `option/invalid`, `request/aborted`
 */
export async function connect(options: ConnectOptions = {}): Promise<Client> {
  const {
    env = process.env,
    endpoint,
    endpoints,
    profile,
    configPath,
    tls,
    keepAliveMs,
    keepsProcess,
    transport,
    ...rest
  } = options;
  const { signal } = rest;
  const target = await findTarget({ endpoint, endpoints, profile, configPath, tls, env, signal });
  const requestTimeoutMs = rest.requestTimeoutMs ?? secondsOf(env.FLV_SOCKET_WAIT);
  const clientId = rest.clientId ?? env.FLUVIO_CLIENT_ID;
  return connectClient({
    ...rest,
    codecs: rest.codecs ?? lazyCodecs(),
    ...(clientId !== undefined && clientId !== '' && { clientId }),
    ...(requestTimeoutMs !== undefined && { requestTimeoutMs }),
    endpoints: target.endpoints,
    spuAddress: rest.spuAddress ?? target.spuAddress,
    transport: transport ?? (await transportOf(target, options)),
  });
}

async function transportOf(
  { tls }: Target,
  { connectTimeoutMs, keepAliveMs, keepsProcess, logger }: ConnectOptions,
): Promise<Transport> {
  const options: Omit<TcpOptions, 'tls'> = {
    ...(connectTimeoutMs !== undefined && { connectTimeoutMs }),
    ...(keepAliveMs !== undefined && { keepAliveMs }),
    ...(keepsProcess !== undefined && { keepsProcess }),
  };
  if (tls === undefined) return tcp(options);
  const sources = tlsSources(tls);
  if (sources.files.length === 0) return tcp({ ...options, tls: sources.values });
  const { reloadingTransport } = await import('./reloading.ts');
  return reloadingTransport(sources, options, (problem) =>
    attempt(() =>
      problem === undefined
        ? logger?.info?.('certificate files have changed and are used from now on', {})
        : logger?.warn?.(`certificate files have changed and cannot be used: ${problem.message}`, {}),
    ),
  );
}

/** All codecs, the code of each loaded when the first batch needs it. */
function lazyCodecs(): Codecs {
  let loading: Promise<Required<Codecs>> | undefined;
  const load = (): Promise<Required<Codecs>> => {
    loading ??= import('@fluvio-ts/compression').then(({ codecs }) => codecs());
    return loading;
  };
  const lazy = (name: keyof Codecs & Codec['name']): Codec => {
    let codec: Codec | undefined;
    const loaded = async (): Promise<Codec> => {
      codec = (await load())[name];
      return codec;
    };
    return {
      name,
      compress: (bytes) => codec?.compress(bytes) ?? loaded().then((ready) => ready.compress(bytes)),
      decompress: (bytes, limits) =>
        codec?.decompress(bytes, limits) ?? loaded().then((ready) => ready.decompress(bytes, limits)),
    };
  };
  return { gzip: lazy('gzip'), snappy: lazy('snappy'), lz4: lazy('lz4'), zstd: lazy('zstd') };
}

/** As the official clients: what is no number is not looked at. */
function secondsOf(text: string | undefined): number | undefined {
  const seconds = Number(text);
  return text !== undefined && seconds > 0 && Number.isFinite(seconds) ? seconds * 1000 : undefined;
}
