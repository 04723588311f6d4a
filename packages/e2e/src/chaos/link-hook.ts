/**
 * Runs in every process of a cluster under chaos, before its program (`node --import`): keeps the connections that the
 * process has dialled, and cuts or stalls some of them when the test says so, as a bad network does. See links.ts.
 */
import { createServer, Socket } from 'node:net';
import { join } from 'node:path';
import { isMainThread } from 'node:worker_threads';

const directory = process.env.FLUVIO_CHAOS_LINKS;

/** Where an SPU's SC is; everything else that it dials are other SPUs. */
function portOfSc(): number | undefined {
  const task = JSON.parse(process.argv[2] ?? 'null') as { sc?: { port?: number } } | null;
  return task?.sc?.port;
}

/** Cuts in the middle of what the process says next, or of what is on its way if it says nothing. */
function cut(socket: Socket): void {
  const write = socket.write.bind(socket) as (bytes: Uint8Array, then: () => void) => boolean;
  const doomed = (chunk: unknown): boolean => {
    if (chunk instanceof Uint8Array) write(chunk.subarray(0, chunk.length >> 1), () => socket.destroy());
    return false;
  };
  Object.assign(socket, { write: doomed });
  setTimeout(() => socket.destroy(), 20).unref();
}

/** Nothing arrives for a while. */
function stall(socket: Socket, forMs: number): void {
  socket.pause();
  setTimeout(() => socket.resume(), forMs).unref();
}

function install(controlPath: string): void {
  const dialled = new Set<Socket>();
  const connect = Socket.prototype.connect as (this: Socket, ...args: unknown[]) => Socket;
  Object.assign(Socket.prototype, {
    connect(this: Socket, ...args: unknown[]): Socket {
      dialled.add(this);
      this.once('close', () => dialled.delete(this));
      return connect.apply(this, args);
    },
  });
  const scPort = portOfSc();
  createServer((control) => {
    control.setEncoding('utf8');
    control.once('data', (line) => {
      const [what, which, forMs] = String(line).trim().split(' ');
      const chosen = [...dialled].filter(({ remotePort }) => (which === 'sc') === (remotePort === scPort));
      for (const socket of chosen) {
        if (what === 'cut') cut(socket);
        else stall(socket, Number(forMs));
      }
      control.end(`${chosen.length}`);
    });
    control.on('error', () => {});
  })
    .listen(controlPath)
    .unref();
}

if (directory !== undefined && isMainThread) install(join(directory, `${process.pid}.sock`));
