/**
 * Reading a socket only as fast as its reader pulls.
 *
 * At most one chunk is read ahead of the reader; then the socket is paused, its window fills, and the peer stalls.
 */
import type { OnReadOpts, Socket } from 'node:net';
import { type Inbox, inbox } from '@fluvio-ts/protocol/internal';

/** What a socket's reading side tells its pipe. */
export interface IntakeEvents {
  /** The reader left its loop. */
  readonly abandoned: () => void;
  /** Called with the first bytes; false when they end the pipe, and are not for the reader. */
  readonly first?: (chunk: Uint8Array) => boolean;
}

/** An inbox that fills from a socket through `onread`, which must be given when the socket is made. */
export interface BufferedIntake {
  readonly box: Inbox;
  readonly onread: OnReadOpts;
  /** Names the socket that `onread` was given to. */
  attach(socket: Socket): void;
}

/**
 * Reads into a few buffers of `mostBytes` that are used again and again, 1.5 to 3 times as fast as `data` events, which
 * allocate for each read. While one is lent the next is filled; a third exists once a reader has fallen behind.
 *
 * The buffers have `firstBytes` until a read fills one: connections that say little cost little.
 */
export function bufferedIntake(
  mostBytes: number,
  { abandoned, first }: IntakeEvents,
  firstBytes = mostBytes,
): BufferedIntake {
  let sizeBytes = firstBytes;
  const spare: Uint8Array[] = [];
  let current: Uint8Array = new Uint8Array(sizeBytes);
  let used = false;
  let paused = false;
  let begun = first === undefined;
  let socket: Socket | undefined;

  const box = inbox({
    abandoned,
    hungry() {
      if (!paused) return;
      paused = false;
      socket?.resume();
    },
    released(chunk) {
      if (chunk.buffer.byteLength === sizeBytes) spare.push(new Uint8Array(chunk.buffer));
    },
  });

  const onread: OnReadOpts = {
    buffer() {
      if (used || current.length < sizeBytes) {
        used = false;
        current = spare.pop() ?? new Uint8Array(sizeBytes);
      }
      return current;
    },
    callback(bytesRead, buffer) {
      const chunk = buffer.subarray(0, bytesRead);
      if (bytesRead === sizeBytes && sizeBytes < mostBytes) {
        sizeBytes = mostBytes;
        spare.length = 0;
      }
      if (!begun) {
        begun = true;
        if (first?.(chunk) === false) return false;
      }
      // TLS hands out all that it has decrypted, pause or not (at most what one read of the socket brought): such chunks
      // are few, and copied, so that the buffer stays with the socket.
      if (paused) {
        box.push(chunk.slice());
        return false;
      }
      used = true;
      paused = !box.push(chunk);
      return !paused;
    },
  };

  return {
    box,
    onread,
    attach(made) {
      socket = made;
    },
  };
}

/** An inbox that fills from `data` events: for accepted sockets that cannot read into buffers of ours. */
export function eventIntake(socket: Socket, { abandoned, first }: IntakeEvents): Inbox {
  let paused = false;
  let begun = first === undefined;
  const box = inbox({
    abandoned,
    hungry() {
      if (!paused) return;
      paused = false;
      socket.resume();
    },
  });
  socket.on('data', (chunk: Uint8Array) => {
    if (!begun) {
      begun = true;
      if (first?.(chunk) === false) return;
    }
    if (box.push(chunk)) return;
    paused = true;
    socket.pause();
  });
  return box;
}
