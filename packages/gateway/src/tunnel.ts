/**
 * One tunnel: the bytes of a WebSocket's binary messages to the cluster and back, each side read only as fast as the other
 * takes.
 *
 * WebSocket knows no half-close. When the cluster ends its side, what it sent is delivered and the WebSocket is closed;
 * when the client closes, what it sent is delivered to the cluster, and what the cluster still says is dropped.
 */
import type { BytePipe } from '@fluvio-ts/protocol';
import { isFluvioError } from '@fluvio-ts/protocol';
import { WebSocket } from 'ws';
import { CloseCode, fitReason } from './closing.ts';
import { reasonOf } from './log.ts';

/** What a tunnel joins. */
export interface TunnelEnds {
  readonly ws: WebSocket;
  /** To the cluster. */
  readonly pipe: BytePipe;
  /** Who is at the cluster's end, for reasons: `SPU 5001`. */
  readonly who: string;
}

/** What bounds a tunnel. */
export interface TunnelRules {
  /** Bytes of the client that may wait for the cluster before the client has to wait. */
  readonly maxBufferedBytes: number;
  /** Silence in both directions that ends it; 0 for never. */
  readonly idleTimeoutMs: number;
}

/** How a tunnel has ended. */
export interface TunnelEnd {
  readonly code: number;
  readonly reason: string;
  readonly bytesToCluster: number;
  readonly bytesToClient: number;
}

/** A tunnel that runs. */
export interface Tunnel {
  /** Starts the closing handshake; what was sent before is delivered. */
  close(code: CloseCode, reason: string): void;
  /** Drops both sides at once. */
  abort(): void;
  /** Settles when both sides are closed. Never rejects. */
  readonly closed: Promise<TunnelEnd>;
}

/** How long the cluster's side may take to end after the client has left. */
const LINGER_MS = 5_000;

/** Joins the two ends, which are the tunnel's from here on. */
export function tunnel({ ws, pipe, who }: TunnelEnds, { maxBufferedBytes, idleTimeoutMs }: TunnelRules): Tunnel {
  let bytesToCluster = 0;
  let bytesToClient = 0;
  /** Bytes that the cluster's side has not taken yet. */
  let waitingBytes = 0;

  /** Why this side has closed, if it was first. */
  let verdict: { readonly code: number; readonly reason: string } | undefined;

  const close = (code: CloseCode, reason: string): void => {
    if (ws.readyState === WebSocket.OPEN) verdict = { code, reason };
    ws.close(code, fitReason(reason));
    // The answer of the closing handshake is behind whatever the client has still sent.
    ws.resume();
  };

  const idle =
    idleTimeoutMs > 0
      ? setTimeout(() => close(CloseCode.idle, `nothing was sent for ${idleTimeoutMs} ms`), idleTimeoutMs)
      : undefined;

  ws.on('message', (data: Buffer, isBinary) => {
    if (!isBinary) {
      close(CloseCode.text, 'a tunnel carries bytes: send binary messages');
      return;
    }
    idle?.refresh();
    bytesToCluster += data.length;
    waitingBytes += data.length;
    if (waitingBytes >= maxBufferedBytes && ws.readyState === WebSocket.OPEN) ws.pause();
    pipe.write([data]).then(
      () => {
        waitingBytes -= data.length;
        if (ws.isPaused && waitingBytes < maxBufferedBytes) ws.resume();
      },
      () => {}, // The reading half learns why, and closes.
    );
  });

  const send = (chunk: Uint8Array): Promise<void> =>
    new Promise((resolve) => {
      // Called with an error when the WebSocket is over; its `close` event tells that better.
      ws.send(chunk, { binary: true }, () => resolve());
    });

  const forward = async (): Promise<void> => {
    try {
      for await (const chunk of pipe.incoming) {
        if (ws.readyState !== WebSocket.OPEN) continue;
        idle?.refresh();
        bytesToClient += chunk.length;
        // The chunk is lent until the next pull, and the WebSocket may hold on to it until the system has taken it.
        await send(chunk);
      }
      close(CloseCode.ended, `${who} ended the connection`);
    } catch (error) {
      close(
        CloseCode.broken,
        isFluvioError(error, 'connection/reset')
          ? `${who} reset the connection`
          : `the connection to ${who} broke: ${reasonOf(error)}`,
      );
    }
  };

  // Errors of the WebSocket (a message over the limit, a broken frame, a lost connection) are followed by `close`.
  ws.on('error', () => {});

  const left = new Promise<{ readonly code: number; readonly reason: string }>((resolve) => {
    ws.once('close', (code, reason) => resolve({ code, reason: reason.toString() }));
  });

  const run = async (): Promise<TunnelEnd> => {
    const forwarding = forward();
    const end = await left;
    clearTimeout(idle);
    const lingering = setTimeout(() => pipe.close(), LINGER_MS);
    if (end.code === ABNORMAL) pipe.close();
    else pipe.end().catch(() => {}); // The pipe is over already then.
    await Promise.all([pipe.closed, forwarding]);
    clearTimeout(lingering);
    return { ...(verdict ?? end), bytesToCluster, bytesToClient };
  };

  return {
    close,
    abort() {
      ws.terminate();
      pipe.close();
    },
    closed: run(),
  };
}

/** What the WebSocket reports when it broke off without a closing handshake. */
const ABNORMAL = 1006;
