/** Opens a tunnel: one deadline and one signal over whatever makes the WebSocket. */
import type { BytePipe, Endpoint, Transport } from '@fluvio-ts/protocol';
import { patientTimer, tunnelUrl } from '@fluvio-ts/protocol/internal';
import type { OpenChannel } from './channel.ts';
import { webSocketError } from './errors.ts';
import { channelPipe, type PipeLimits } from './pipe.ts';

/** What the Node and the browser version have in common. */
export interface CommonOptions {
  /**
   * The gateway's tunnel, such as `wss://gateway.example/tunnel`. Its query stays; who is to be reached is added
   * (`?endpoint=sc`, `?endpoint=spu&id=5001`). `http:` and `https:` mean `ws:` and `wss:`.
   */
  readonly url: string | URL;
  /** How long a connection may take to be ready. Default 10 s. */
  readonly connectTimeoutMs?: number;
  /** Written bytes that may wait for the network before writers wait. Default 1 MiB. */
  readonly highWaterMarkBytes?: number;
  /**
   * Received bytes that may wait for their reader; more end the pipe with `connection/overflow`. Matters where the
   * platform cannot stop the peer, as in browsers. Default 64 MiB.
   */
  readonly maxInboundBytes?: number;
}

/** Makes the transport over `open`, which adds its credentials to the URL or the request. */
export function tunnelTransport(options: CommonOptions, open: OpenChannel): Transport {
  const { connectTimeoutMs = 10_000, highWaterMarkBytes = 1024 * 1024, maxInboundBytes = 64 * 1024 * 1024 } = options;
  const base = baseUrl(options.url);
  return {
    connect: (to, { signal } = {}) =>
      connect(base, to, open, { highWaterMarkBytes, maxInboundBytes }, connectTimeoutMs, signal),
  };
}

function connect(
  base: URL,
  to: Endpoint,
  open: OpenChannel,
  limits: PipeLimits,
  timeoutMs: number,
  signal: AbortSignal | undefined,
): Promise<BytePipe> {
  const url = tunnelUrl(base, to);
  const peer = displayed(url);
  const aborted = (): Error => webSocketError('request/aborted', { what: `connecting to ${peer}` }, signal?.reason);
  if (signal?.aborted) return Promise.reject(aborted());

  return new Promise((resolve, reject) => {
    const abort = (): void => pipe.close(aborted());
    const clear = patientTimer(timeoutMs, () => pipe.close(webSocketError('connection/timeout', { peer, timeoutMs })));
    const release = (): void => {
      clear();
      signal?.removeEventListener('abort', abort);
    };
    const opened = (): void => {
      release();
      resolve(pipe);
    };
    signal?.addEventListener('abort', abort, { once: true });
    let pipe: BytePipe;
    try {
      pipe = channelPipe((events) => open(url, peer, events), peer, limits, opened);
    } catch (error) {
      release();
      reject(error);
      return;
    }
    // After `opened` this changes nothing any more.
    void pipe.closed.then((failure) => {
      release();
      reject(failure ?? webSocketError('connection/closed', { peer, reason: 'it was closed while connecting' }));
    });
  });
}

function baseUrl(given: string | URL): URL {
  let url: URL;
  try {
    url = new URL(given);
  } catch (error) {
    throw webSocketError('websocket/options', { option: 'url', reason: `'${given}' is not a URL` }, error);
  }
  url.protocol = url.protocol.replace(/^http/, 'ws');
  if (url.protocol !== 'ws:' && url.protocol !== 'wss:') {
    throw webSocketError('websocket/options', {
      option: 'url',
      reason: `'${displayed(url)}' does not begin with ws:, wss:, http: or https:`,
    });
  }
  url.hash = '';
  return url;
}

/** The URL for error texts: without what is secret in it. */
function displayed(url: URL): string {
  const shown = new URL(url);
  shown.username = '';
  shown.password = '';
  shown.searchParams.delete('token');
  return shown.href;
}
