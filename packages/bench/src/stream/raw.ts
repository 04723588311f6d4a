/** The limit of this machine: bytes and round trips between two Node processes over loopback, with nothing on top. */
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { connect } from 'node:net';
import type { Samples } from './job.ts';
import { ROUNDS, TRIPS } from './job.ts';

const BYTES_PER_ROUND = 256 * 1024 * 1024;
const READ_BYTES = 65_536;

async function open(port: number, kind: string, onread?: (bytes: number) => void): Promise<Socket> {
  const reading =
    onread === undefined
      ? {}
      : {
          onread: {
            buffer: Buffer.alloc(READ_BYTES),
            callback: (bytes: number) => {
              onread(bytes);
              return true;
            },
          },
        };
  const socket = connect({ port, host: '127.0.0.1', noDelay: true, allowHalfOpen: true, ...reading });
  await once(socket, 'connect');
  socket.write(kind);
  return socket;
}

/** MB/s into a process that swallows everything, in writes of `writeBytes`. */
export async function rawUpload(port: number, writeBytes: number): Promise<Samples> {
  const chunk = Buffer.alloc(writeBytes, 7);
  const samples: number[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    const socket = await open(port, 's');
    const began = performance.now();
    for (let sent = 0; sent < BYTES_PER_ROUND; sent += writeBytes) {
      if (!socket.write(chunk)) await once(socket, 'drain');
    }
    socket.end();
    socket.resume();
    await once(socket, 'end');
    if (round > 0) samples.push(BYTES_PER_ROUND / 1e3 / (performance.now() - began));
    socket.destroy();
  }
  return samples;
}

/** MB/s out of a process that pours writes of a megabyte. */
export async function rawDownload(port: number): Promise<Samples> {
  const samples: number[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    let received = 0;
    let done: () => void = () => {};
    const enough = new Promise<void>((resolve) => {
      done = resolve;
    });
    const began = performance.now();
    const socket = await open(port, 'p', (bytes) => {
      received += bytes;
      if (received >= BYTES_PER_ROUND) done();
    });
    await enough;
    if (round > 0) samples.push(received / 1e3 / (performance.now() - began));
    socket.destroy();
  }
  return samples;
}

/** Microseconds for `sizeBytes` there and back. */
export async function rawRoundTrip(port: number, sizeBytes: number): Promise<Samples> {
  const message = Buffer.alloc(sizeBytes, 7);
  let missing = 0;
  let back: () => void = () => {};
  const socket = await open(port, 'e', (bytes) => {
    missing -= bytes;
    if (missing === 0) back();
  });
  const samples: number[] = [];
  for (let trip = 0; trip < 2 * TRIPS; trip++) {
    missing = sizeBytes;
    const began = performance.now();
    const returned = new Promise<void>((resolve) => {
      back = resolve;
    });
    socket.write(message);
    await returned;
    if (trip >= TRIPS) samples.push((performance.now() - began) * 1000);
  }
  socket.destroy();
  return samples;
}
