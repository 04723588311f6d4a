/**
 * Lets an accepted socket read into buffers of ours. Node takes `onread` only for sockets that it dials; for accepted ones it
 * allocates 64 KB for each read, outside of the heap, and a server that receives in earnest spends more time in the garbage
 * collector than in anything it was written for.
 *
 * What `onread` sets up is set up here by hand, with the names that Node gives it. Where one of them is missing, as in other
 * runtimes, nothing is touched.
 */
import type { OnReadOpts, Socket } from 'node:net';

/** Where a socket keeps what `onread` said: the buffer, who is called, and who gives the next buffer. */
const PLACES = ['kBuffer', 'kBufferCb', 'kBufferGen'] as const;

/** Part of the handle beneath a socket. */
interface ReadingHandle {
  useUserBuffer?(buffer: Uint8Array): void;
}

/** Has a plain TCP socket, of which nothing was read yet, read as `onread` says. False where that cannot be. */
export function readInto(socket: Socket, { buffer, callback }: OnReadOpts): boolean {
  const { _handle: handle } = socket as Socket & { readonly _handle?: ReadingHandle | null };
  const own = new Map(Object.getOwnPropertySymbols(socket).map((symbol) => [symbol.description, symbol]));
  const [at, calls, next] = PLACES.map((name) => own.get(name));
  if (at === undefined || calls === undefined || next === undefined) return false;
  if (typeof buffer !== 'function' || typeof handle?.useUserBuffer !== 'function') return false;
  const first = buffer();
  try {
    handle.useUserBuffer(first);
  } catch {
    return false;
  }
  Object.assign(socket, { [at]: first, [calls]: callback, [next]: buffer });
  return true;
}
