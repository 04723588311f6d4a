/** A byte pipe over any socket of Node, dialled or accepted, plain or TLS. */
import type { Socket } from 'node:net';
import type { BytePipe } from '@fluvio-ts/protocol';
import type { Inbox } from '@fluvio-ts/protocol/internal';
import { tcpError } from './errors.ts';

/** What a pipe cannot know from its socket. */
export interface PipeParts {
  /** Fills from the socket. */
  readonly box: Inbox;
  /** For {@link BytePipe.peer}. */
  readonly peer: string;
  /** Says what an error of the socket means. */
  readonly explain: (error: Error) => Error;
  /** Whether the socket is TCP with nothing in between. */
  readonly isPlain?: boolean;
  /** Asked when the peer ends first, although this side has written: why that is not a clean end, if so. */
  readonly doubtEnd?: () => Error | undefined;
}

/** Bytes that may wait in this process before writers wait too; the kernel's buffers come on top. */
const WRITE_AHEAD_BYTES = 64 * 1024;

const READY: Promise<void> = Promise.resolve();

/** A promise whose rejection need not be handled: writes need not be awaited, and {@link BytePipe.closed} tells as well. */
const rejected = (error: Error): Promise<never> => handled(Promise.reject(error));

function handled<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}

/** Makes the pipe and takes over the socket: from here on only the pipe listens to it, writes to it and destroys it. */
export function bytePipe(socket: Socket, { box, peer, explain, isPlain = false, doubtEnd }: PipeParts): BytePipe {
  /** Why the pipe is over, once it is and the reason is not a clean end. */
  let failure: Error | undefined;
  let closing = false;
  let corked = false;
  let wrote = false;
  let draining: { readonly promise: Promise<void>; readonly settle: (error?: Error) => void } | undefined;
  let ending: Promise<void> | undefined;
  let settleClosed: (failure: Error | undefined) => void = () => {};
  const closed = new Promise<Error | undefined>((resolve) => {
    settleClosed = resolve;
  });

  const gone = (): Error =>
    tcpError(
      'connection/closed',
      { peer, reason: failure?.message ?? (closing ? 'it was closed by this side' : 'this side has ended its writes') },
      failure,
    );

  const settleWriters = (error: Error | undefined): void => {
    draining?.settle(error);
    draining = undefined;
  };
  const drained = (): void => {
    if (!socket.writableNeedDrain) settleWriters(undefined);
  };

  const fail = (error: Error | undefined): void => {
    failure ??= error;
    box.finish(failure);
    // An alert on an open TLS connection is an error that leaves the socket standing.
    if (failure !== undefined) socket.destroy();
  };

  socket.on('end', () => fail(wrote && ending === undefined ? doubtEnd?.() : undefined));
  // Writers go on in a later turn of the event loop: while the kernel takes all at once, a loop of awaited writes would
  // otherwise keep timers and reads from their turn for ever.
  socket.on('drain', () => setImmediate(drained));
  socket.on('error', (error) => {
    if (!closing) fail(explain(error));
  });
  socket.on('close', () => {
    // Without an end, an error or a close of ours, someone else has destroyed the socket.
    if (!closing && failure === undefined && !socket.readableEnded) {
      failure = tcpError('connection/closed', { peer, reason: 'its socket was destroyed' });
    }
    box.finish(failure);
    settleWriters(gone());
    settleClosed(failure);
  });

  const uncork = (): void => {
    corked = false;
    socket.uncork();
  };

  const drain = (): Promise<void> => {
    if (draining === undefined) {
      let settle: (error?: Error) => void = () => {};
      const promise = new Promise<void>((resolve, reject) => {
        settle = (error) => (error === undefined ? resolve() : reject(error));
      });
      draining = { promise: handled(promise), settle };
    }
    return draining.promise;
  };

  return {
    incoming: box.incoming,
    closed,
    peer,
    writesAcknowledge: isPlain,
    unsentBytes: () => socket.writableLength,
    write(chunks) {
      if (ending !== undefined || socket.destroyed || !socket.writable) return rejected(gone());
      // All that is written before the event loop goes on leaves in one system call.
      if (!corked) {
        corked = true;
        socket.cork();
        process.nextTick(uncork);
      }
      wrote = true;
      for (const chunk of chunks) socket.write(chunk);
      if (socket.writableLength < WRITE_AHEAD_BYTES) return READY;
      const taken = socket.writableNeedDrain ? drain() : READY;
      // So much gains nothing by waiting for more, and the peer has something to do while this turn goes on.
      uncork();
      return taken;
    },
    end() {
      if (ending !== undefined) return ending;
      if (socket.destroyed) return rejected(gone());
      ending = handled(
        new Promise<void>((resolve, reject) => {
          if (socket.writableFinished) resolve();
          socket.once('finish', resolve);
          socket.once('close', () => reject(gone()));
          socket.end();
        }),
      );
      return ending;
    },
    close(reason) {
      if (closing) return;
      closing = true;
      if (!socket.destroyed) failure ??= reason;
      box.drop(reason);
      socket.destroy();
    },
  };
}
