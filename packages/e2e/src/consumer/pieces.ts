/**
 * Writes like an SPU of Fluvio: a proxy in front of an SPU of ours that hands on each answer in two writes, its head and its
 * body, with Nagle's algorithm on, and takes a while for each answer of a stream.
 */
import type { Socket } from 'node:net';
import { connect, createServer } from 'node:net';
import type { Address } from '@fluvio-ts/protocol';
import { correlationIdOf, decodeHeader, frameSplitter, StreamFetch } from '@fluvio-ts/protocol';

/** Bytes that an SPU writes before the records of an answer. */
const HEAD_BYTES = 58;

/** A running proxy. */
export interface Pieces extends AsyncDisposable {
  readonly address: Address;
  /** Streams that clients opened: the most bytes that each wants in an answer. */
  readonly windows: readonly number[];
}

/** Starts a proxy to `to`; every answer of a stream is held back for `answerMs`. */
export async function pieces(to: Address, { answerMs = 0 } = {}): Promise<Pieces> {
  const sockets = new Set<Socket>();
  const windows: number[] = [];

  const server = createServer({ noDelay: false }, (client) => {
    const spu = connect({ port: to.port, host: to.host, noDelay: true });
    const streams = new Set<number>();
    for (const socket of [client, spu]) {
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => {
        sockets.delete(socket);
        client.destroy();
        spu.destroy();
      });
    }

    const requests = frameSplitter();
    client.on('data', (chunk: Buffer) => {
      requests.push(chunk, (frame) => {
        const { header, body } = decodeHeader(frame);
        if (header.apiKey !== StreamFetch.key) return;
        streams.add(header.correlationId);
        windows.push(StreamFetch.request.at(header.apiVersion).read(body).maxBytes);
      });
      spu.write(chunk);
    });

    const answers = frameSplitter(256 * 1024 * 1024);
    let line = Promise.resolve();
    const hand = (frame: Uint8Array): void => {
      const length = new Uint8Array(4);
      new DataView(length.buffer).setInt32(0, frame.length);
      const whole = Buffer.concat([length, frame]);
      client.write(whole.subarray(0, HEAD_BYTES));
      if (whole.length > HEAD_BYTES) client.write(whole.subarray(HEAD_BYTES));
    };
    spu.on('data', (chunk: Buffer) => {
      answers.push(chunk, (frame) => {
        const waitMs = streams.has(correlationIdOf(frame)) ? answerMs : 0;
        line = line.then(async () => {
          if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
          hand(frame);
        });
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no address');
  return {
    address: { host: '127.0.0.1', port: address.port },
    windows,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
