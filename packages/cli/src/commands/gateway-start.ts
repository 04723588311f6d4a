/** `flv gateway start` */
import { readFile } from 'node:fs/promises';
import { type Log, startGateway } from '@fluvio-ts/gateway';
import { unreadable } from '../errors/unreadable.ts';
import { formatOf, isForPrograms } from '../output/print.ts';
import { UsageError } from '../parse/usage-error.ts';
import type { Cli } from '../session/cli.ts';
import { findTarget } from '../session/target.ts';
import type { GatewayStart } from '../spec/gateway.ts';

export async function run({ options }: GatewayStart, cli: Cli): Promise<void> {
  const { signal, talk, out } = cli;
  const target = await findTarget(cli);
  if (target.gateway !== undefined) throw new UsageError('a gateway reaches its cluster directly: leave --gateway out');
  const token = await tokenOf(options.tokenFile, cli.env);
  const { origin, maxConnections, idleTimeout } = options;
  const gateway = await startGateway({
    cluster: {
      endpoint: target.endpoint,
      spuAddress: target.spuAddress,
      ...(target.tls !== undefined && { tls: target.tls }),
    },
    host: options.host,
    port: options.port,
    ...(token !== undefined && { token }),
    ...(origin.length > 0 && { origins: origin.includes('*') ? '*' : origin }),
    ...(await tlsOf(options)),
    limits: {
      ...(maxConnections !== undefined && { maxConnections }),
      ...(idleTimeout !== undefined && { idleTimeoutMs: idleTimeout }),
    },
    log: logTo(cli),
    signal,
  });
  if (isForPrograms(formatOf(cli))) await out.line(JSON.stringify({ url: gateway.url, cluster: target.endpoint }));
  else {
    await out.line(`gateway at ${gateway.url}, in front of ${target.endpoint} (${target.from})`);
    talk.note(`try: flv --gateway ${gateway.url} topic list; Ctrl-C stops it`);
  }
  try {
    await stopped(signal);
  } finally {
    await gateway.stop();
  }
}

/** Connections that are refused or lost are worth a line; tunnels that come and go are not. */
const logTo =
  ({ talk }: Cli): Log =>
  (level, message, facts = {}) => {
    const told = Object.entries(facts).map(([name, fact]) => `${name}=${String(fact)}`);
    const line = `${message}${told.length === 0 ? '' : ` (${told.join(', ')})`}`;
    if (level === 'warn' || level === 'error') talk.warn(line);
    else if (level === 'info') talk.note(talk.paint('dim', line));
  };

async function tokenOf(file: string | undefined, env: Cli['env']): Promise<string | undefined> {
  if (file !== undefined) return (await read(file)).trim();
  return env.FLUVIO_GATEWAY_TOKEN === '' ? undefined : env.FLUVIO_GATEWAY_TOKEN;
}

async function tlsOf({ serverCert, serverKey }: GatewayStart['options']) {
  if (serverCert === undefined && serverKey === undefined) return {};
  if (serverCert === undefined || serverKey === undefined) {
    throw new UsageError('--server-cert and --server-key go together');
  }
  return { tls: { cert: await read(serverCert), key: await read(serverKey) } };
}

async function read(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw unreadable(path, error);
  }
}

const stopped = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
