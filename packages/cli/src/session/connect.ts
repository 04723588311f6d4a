/** Connects a command to its cluster. */
import { tcp } from '@fluvio-ts/adapter-tcp';
import { type Client, connect } from '@fluvio-ts/client';
import type { Codecs, Transport } from '@fluvio-ts/protocol';
import { tlsFileError } from '../errors/tls-file.ts';
import type { Cli } from './cli.ts';
import { findTarget, type Target } from './target.ts';

const CONNECT_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 60_000;

/** How long a command waits: what the user says, else `fallbackMs`. */
export const timeoutOf = ({ globals }: Pick<Cli, 'globals'>, fallbackMs = REQUEST_TIMEOUT_MS): number =>
  Math.max(1, globals.timeout ?? fallbackMs);

/** Connects to the cluster that the options, the environment or the profile name; `codecs` are for who reads records. */
export async function connectTo(
  cli: Pick<Cli, 'globals' | 'env' | 'signal'>,
  found?: Target,
  codecs: Codecs = {},
): Promise<Client> {
  const target = found ?? (await findTarget(cli));
  const requestTimeoutMs = timeoutOf(cli);
  const connectTimeoutMs = Math.min(requestTimeoutMs, CONNECT_TIMEOUT_MS);
  return connect({
    endpoint: target.endpoint,
    transport: await transportOf(target, cli.env, connectTimeoutMs),
    clientId: cli.env.FLUVIO_CLIENT_ID ?? 'flv',
    connectTimeoutMs,
    requestTimeoutMs,
    spuAddress: target.spuAddress,
    codecs,
    signal: cli.signal,
  });
}

async function transportOf(target: Target, env: Cli['env'], connectTimeoutMs: number): Promise<Transport> {
  const { gateway, tls } = target;
  if (gateway === undefined) {
    try {
      return tcp({ tls: tls ?? false, connectTimeoutMs });
    } catch (error) {
      throw tlsFileError(error, target);
    }
  }
  const { webSocket } = await import('@fluvio-ts/adapter-ws');
  const token = env.FLUVIO_GATEWAY_TOKEN;
  return webSocket({
    url: gateway,
    connectTimeoutMs,
    ...(token !== undefined && token !== '' && { token }),
    ...(tls !== undefined && { tls }),
  });
}

/** Connects, runs `use`, and closes in any case. */
export async function withClient<T>(cli: Cli, use: (client: Client) => Promise<T>): Promise<T> {
  const client = await connectTo(cli);
  try {
    return await use(client);
  } finally {
    await client.close();
  }
}
