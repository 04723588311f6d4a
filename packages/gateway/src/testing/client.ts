/** A bare WebSocket client: what any program, ours or not, can do at a gateway. */
import { once } from 'node:events';
import { type ClientOptions, WebSocket } from 'ws';

/** An open tunnel. */
export interface DialledTunnel {
  readonly ws: WebSocket;
  /** Settles with how it ended. */
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
  /** Resolves with the next `count` bytes. */
  read(count: number): Promise<Buffer>;
  /** All bytes that arrived and were not read yet. */
  readonly unread: Buffer;
}

/** Opens a tunnel. Rejects when the gateway refuses it. */
export async function dial(url: string, options: ClientOptions = {}): Promise<DialledTunnel> {
  const ws = new WebSocket(url, { perMessageDeflate: false, ...options });
  let unread = Buffer.alloc(0);
  let arrived = (): void => {};
  ws.on('message', (data: Buffer) => {
    unread = Buffer.concat([unread, data]);
    arrived();
  });
  ws.on('error', () => {});
  const closed = once(ws, 'close').then(([code, reason]) => ({ code: code as number, reason: String(reason) }));
  await Promise.race([
    once(ws, 'open'),
    closed.then(({ code, reason }) => Promise.reject(new Error(`not opened: ${code} ${reason}`))),
  ]);
  return {
    ws,
    closed,
    get unread() {
      return unread;
    },
    async read(count) {
      while (unread.length < count) {
        await new Promise<void>((resolve) => {
          arrived = resolve;
        });
      }
      const bytes = unread.subarray(0, count);
      unread = unread.subarray(count);
      return bytes;
    },
  };
}

/** How the gateway answers a request for a tunnel that it does not open. */
export interface Refused {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: { readonly code: string; readonly message: string };
}

/** Asks for a tunnel that must be refused. */
export function refused(url: string, options: ClientOptions = {}): Promise<Refused> {
  return new Promise((resolve, reject) => {
    const ws = new WebSocket(url, options);
    ws.once('open', () => {
      ws.terminate();
      reject(new Error('the tunnel was opened'));
    });
    ws.on('error', reject);
    ws.once('unexpected-response', (_, response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (part: string) => {
        text += part;
      });
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: JSON.parse(text) });
      });
    });
  });
}
