/**
 * A channel over the platform's WebSocket: browsers, workers, and servers' runtimes that have one.
 *
 * It cannot stop the peer, so the pipe bounds what piles up. It does not say when it has sent something, so writers that
 * wait look every few milliseconds; browsers slow such timers down in hidden tabs, and the writers with them.
 */
import { type ChannelEvents, CUT, type OpenChannel } from './channel.ts';
import { webSocketError } from './errors.ts';

/** What is used of `globalThis.WebSocket`. */
export type WebSocketConstructor = new (url: string) => WebSocket;

const LOOK_MS = 4;

/** How long the platform may take over a closing handshake that nobody waits for; it cannot be told to hurry. */
const DROP_MS = 1_000;

/** Channels made by `Implementation`. */
export function platformChannel(Implementation: WebSocketConstructor): OpenChannel {
  return (url, peer, events) => {
    const socket = new Implementation(url.href);
    socket.binaryType = 'arraybuffer';
    const timers = new Set<ReturnType<typeof setTimeout>>();
    let over = false;
    const closed = (code: number, reason: string): void => {
      if (over) return;
      over = true;
      for (const timer of timers) clearTimeout(timer);
      events.closed(code, reason);
    };
    listen(socket, peer, { ...events, closed });
    const whenUnsentBelow = (limit: number, then: () => void): void => {
      const timer = setTimeout(() => {
        timers.delete(timer);
        if (socket.bufferedAmount <= limit) then();
        else if (!over) whenUnsentBelow(limit, then);
      }, LOOK_MS);
      timers.add(timer);
    };
    return {
      // The type of `send` wants a view of an ArrayBuffer; a view of a shared one is refused by browsers at run time.
      send: (message) => socket.send(message as Uint8Array<ArrayBuffer>),
      get unsentBytes() {
        return socket.bufferedAmount;
      },
      whenUnsentBelow,
      soon: (then) => queueMicrotask(then),
      end: () => socket.close(1000),
      drop() {
        socket.close(1000);
        timers.add(setTimeout(() => closed(CUT, ''), DROP_MS));
      },
    };
  };
}

function listen(socket: WebSocket, peer: string, events: ChannelEvents): void {
  let wasOpen = false;
  socket.onopen = () => {
    wasOpen = true;
    events.opened();
  };
  socket.onmessage = ({ data }: MessageEvent<unknown>) => {
    if (data instanceof ArrayBuffer) {
      events.message(new Uint8Array(data));
    } else {
      events.failed(webSocketError('websocket/protocol', { peer, reason: 'it sent a text message' }));
      socket.close(1000);
    }
  };
  // The event carries nothing, and `close` follows with all that the platform tells.
  socket.onerror = () => {};
  socket.onclose = ({ code, reason }) => {
    if (!wasOpen) events.failed(webSocketError('websocket/failed', { peer }));
    events.closed(code, reason);
  };
}
