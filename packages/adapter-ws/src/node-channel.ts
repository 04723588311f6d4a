/** A channel over the `ws` package: it can stop the peer, knows when bytes are gone, and why a handshake failed. */
import type { IncomingMessage } from 'node:http';
import { type ClientOptions, WebSocket } from 'ws';
import type { ChannelEvents, OpenChannel } from './channel.ts';
import { explain, refusal } from './node-errors.ts';

/** How long a peer may take to answer a close that nobody waits for. */
const DROP_MS = 1_000;

/** Silence after which the system probes whether the gateway is still there. */
const KEEP_ALIVE_MS = 30_000;

/** Channels of `ws`, each made with `options`. */
export function nodeChannel(options: ClientOptions): OpenChannel {
  return (url, peer, events) => {
    const socket = new WebSocket(url, {
      perMessageDeflate: false,
      ...(needsNoMask(url) && { generateMask: (mask: Buffer) => mask.fill(0) }),
      ...options,
    });
    socket.binaryType = 'nodebuffer';
    let unsentBytes = 0;
    let waiting: { readonly limit: number; readonly then: () => void } | undefined;
    let dropping: ReturnType<typeof setTimeout> | undefined;
    let ending = false;
    let waking = false;

    const wake = (): void => {
      waking = false;
      if (waiting === undefined || unsentBytes > waiting.limit) return;
      const { then } = waiting;
      waiting = undefined;
      then();
    };
    const wakeSoon = (): void => {
      if (waking || waiting === undefined || unsentBytes > waiting.limit) return;
      // In a later turn of the event loop: while the kernel takes all at once, a loop of awaited writes would otherwise keep
      // timers and reads from their turn for ever.
      waking = true;
      setImmediate(wake);
    };
    const sent = (size: number): void => {
      unsentBytes -= size;
      if (ending && unsentBytes === 0) socket.close(1000);
      wakeSoon();
    };

    listen(socket, peer, events, () => {
      clearTimeout(dropping);
      waiting = undefined;
    });
    return {
      send(message) {
        const size = message.length;
        unsentBytes += size;
        // What could not be sent stays unsent, so that writers wait for the close that follows.
        socket.send(message, { binary: true }, (error) => {
          if (error === undefined || error === null) sent(size);
        });
      },
      get unsentBytes() {
        return unsentBytes;
      },
      whenUnsentBelow(limit, then) {
        waiting = { limit, then };
        wakeSoon();
      },
      soon: (then) => process.nextTick(then),
      flow: {
        pause: () => socket.pause(),
        resume: () => socket.resume(),
      },
      end() {
        // The closing handshake has a deadline, which begins when all that was sent has left.
        ending = true;
        if (unsentBytes === 0) socket.close(1000);
      },
      drop() {
        if (socket.readyState !== WebSocket.OPEN || socket.isPaused || unsentBytes > 0) {
          socket.terminate();
        } else {
          socket.close(1000);
          dropping = setTimeout(() => socket.terminate(), DROP_MS);
        }
      },
    };
  };
}

function listen(socket: WebSocket, peer: string, events: ChannelEvents, release: () => void): void {
  socket.on('upgrade', (response: IncomingMessage) => response.socket.setKeepAlive(true, KEEP_ALIVE_MS));
  socket.on('open', () => events.opened());
  socket.on('message', (data: Buffer, isBinary: boolean) => {
    if (isBinary) return events.message(data);
    events.failed(explain(new Error('it sent a text message'), peer));
    socket.close(1003);
  });
  socket.on('unexpected-response', (_request, response) => {
    void refusal(response, peer).then((error) => {
      events.failed(error);
      socket.terminate();
    });
  });
  socket.on('error', (error) => events.failed(explain(error, peer)));
  socket.on('close', (code, reason) => {
    release();
    events.closed(code, reason.toString('utf8'));
  });
}

/**
 * Masking keeps a script from writing bytes of its choice to a proxy that takes them for HTTP. Nothing in between reads TLS
 * or the loopback interface, and without it uploads are six times as fast (1.3 against 0.2 GB/s, without `bufferutil`).
 */
function needsNoMask(url: URL): boolean {
  return url.protocol === 'wss:' || /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(url.hostname);
}
