/**
 * The thread of an SPU process that tells the SC that the process lives, over a connection of its own. It runs while the
 * main loop is busy, so a busy SPU is not taken for a dead one; and it stands still when the process does. What it sends
 * was encoded by the main thread, so that it loads nothing but sockets.
 */
import type { Socket } from 'node:net';
import { connect } from 'node:net';
import { workerData } from 'node:worker_threads';
import type { HeartbeatTask } from './start.ts';

const { host, port, intervalMs, frame, counter } = workerData as HeartbeatTask;
const LONGEST_BACKOFF_MS = 1000;

const beats = new Uint32Array(counter);
const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
let socket: Socket | undefined;
let backoffMs = intervalMs;

function beat(): void {
  if (socket?.writable !== true || socket.writableLength > 0) return;
  // The last field of the frame.
  view.setUint32(frame.length - 4, Atomics.load(beats, 0));
  socket.write(frame.slice());
}

function dial(): void {
  const dialled = connect({ host, port, noDelay: true });
  dialled.on('connect', () => {
    socket = dialled;
    backoffMs = intervalMs;
    beat();
  });
  dialled.on('error', () => {});
  dialled.on('close', () => {
    socket = undefined;
    setTimeout(dial, backoffMs);
    backoffMs = Math.min(backoffMs * 2, Math.max(intervalMs, LONGEST_BACKOFF_MS));
  });
  dialled.resume();
}

dial();
setInterval(beat, intervalMs);
