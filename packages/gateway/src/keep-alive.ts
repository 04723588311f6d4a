/** Finds out that the other side of a WebSocket is gone, and keeps proxies on the way from thinking so. */
import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';

/**
 * Pings after `everyMs` of silence, and calls `dead` when another `everyMs` brings nothing at all, not even a part of a
 * message. Nothing is concluded while the WebSocket is paused, since an answer would not be read. Returns what stops it.
 */
export function keepAlive(ws: WebSocket, socket: Socket, everyMs: number, dead: () => void): () => void {
  let heard = socket.bytesRead;
  let asked = false;
  const timer = setInterval(() => {
    if (ws.isPaused || socket.bytesRead !== heard) {
      heard = socket.bytesRead;
      asked = false;
    } else if (asked) {
      dead();
    } else {
      asked = true;
      ws.ping();
    }
  }, everyMs);
  return () => clearInterval(timer);
}
