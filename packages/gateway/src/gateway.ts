/** One process in front of a cluster: an HTTP server whose upgrades become tunnels. */
import { once } from 'node:events';
import { tcp } from '@fluvio-ts/adapter-tcp';
import { connect } from '@fluvio-ts/client';
import { abortedError } from '@fluvio-ts/client/internal';
import { formatAddress } from '@fluvio-ts/protocol';
import { admission } from './admission.ts';
import { directory } from './directory.ts';
import { reasonOf } from './log.ts';
import { type GatewayOptions, planGateway } from './options.ts';
import { answerRequests } from './requests.ts';
import { listen, makeServer, tunnelsUrl } from './server.ts';
import { openTunnels } from './tunnels.ts';

/** A gateway that runs. */
export interface Gateway extends AsyncDisposable {
  /** Where tunnels are, such as `ws://127.0.0.1:9095/v1/tunnel`: what `webSocket({ url })` of `@fluvio-ts/adapter-ws` takes. */
  readonly url: string;
  /** Tunnels that are open. */
  readonly connections: number;
  /** Refuses new tunnels, closes the open ones with code 1001, and frees the port. Safe to call twice; takes 2 s at most. */
  stop(): Promise<void>;
}

/** How long clients may take to leave when the gateway stops. */
const STOP_MS = 2_000;

/**
 * Connects to the cluster and opens the gateway in front of it. Later it survives the cluster's restarts by itself.
 *
 * ```ts
 * await using gateway = await startGateway({ cluster: { endpoint: 'localhost:9003' }, port: 9095 });
 * ```
 *
 * @throws FluvioError `gateway/options`, `gateway/listen`; `connect/failed` when the cluster cannot be reached;
 *   `request/aborted`
 */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const plan = planGateway(options);
  const { cluster, log, signal } = plan;
  const server = makeServer(plan);
  const transport = tcp({ tls: cluster.tls });
  const client = await connect({
    endpoint: formatAddress(cluster.address),
    transport,
    clientId: 'fluvio-ts gateway',
    ...(signal && { signal }),
  });
  const life = new AbortController();
  const members = directory(client, cluster.address, cluster.spuAddress);
  const tunnels = openTunnels(plan);
  answerRequests(server, {
    plan,
    tunnels,
    admit: admission({ plan, members, transport, life: life.signal }),
    health: async () => ({ connected: await members.reachable(), platformVersion: client.platformVersion }),
  });

  let stopping: Promise<void> | undefined;
  const stopOnce = async (): Promise<void> => {
    signal?.removeEventListener('abort', onAbort);
    life.abort();
    const freed = server.listening ? once(server.close(), 'close') : undefined;
    const patience = setTimeout(() => {
      tunnels.abort();
      server.closeAllConnections();
    }, STOP_MS);
    await tunnels.stop();
    await freed;
    clearTimeout(patience);
    await client.close();
    log('info', 'the gateway has stopped');
  };
  const stop = (): Promise<void> => {
    stopping ??= stopOnce();
    return stopping;
  };
  const onAbort = (): void => void stop();

  try {
    await listen(server, plan);
    if (signal?.aborted) throw abortedError('starting the gateway', signal);
  } catch (error) {
    await stop();
    throw error;
  }
  server.on('error', (error) => log('error', 'the server failed', { reason: reasonOf(error) }));
  signal?.addEventListener('abort', onAbort, { once: true });
  const url = tunnelsUrl(server, plan);
  log('info', 'the gateway listens', { url, cluster: cluster.name });
  return {
    url,
    get connections() {
      return tunnels.count;
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}
