/**
 * A network that fails on purpose: a TCP proxy in this process, between a client and one server. Faults hold for the connections
 * that stand and for those that come.
 */
import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { connect, createServer } from 'node:net';
import type { Address } from '@fluvio-ts/protocol';

/** What the network does to bytes. */
export type NetworkFault =
  | { readonly kind: 'none' }
  /** Cut into pieces of so many bytes, each written by itself. */
  | { readonly kind: 'fragment'; readonly bytes: number }
  /** So many bytes a second in each direction. */
  | { readonly kind: 'slow'; readonly bytesPerSecond: number }
  /** Nothing moves, and nothing ends: as when a cable is pulled. What was sent meanwhile arrives when the fault ends. */
  | { readonly kind: 'stall' }
  /** Connections are taken, and what is sent is lost. */
  | { readonly kind: 'black-hole' }
  /**
   * The connection ends when `frames` answers of the server have passed, or in the middle of the next one. Once: connections
   * that come later are whole.
   */
  | { readonly kind: 'cut'; readonly frames: number; readonly at: 'boundary' | 'middle' };

/** See the file's head. */
export interface FaultProxy {
  /** Where clients connect to. */
  readonly address: Address;
  /** Connections that stand. */
  readonly connections: number;
  /** Connections since the beginning. */
  readonly accepted: number;
  /** Answers of the server that have passed whole. */
  readonly frames: number;
  inject(fault: NetworkFault): void;
  /** Ends every connection in good order (FIN). */
  end(): void;
  /** Ends every connection with a reset (RST). */
  reset(): void;
  close(): Promise<void>;
}

interface Pair {
  readonly client: Socket;
  readonly server: Socket;
}

const FRAME_HEAD_BYTES = 4;

/** Starts a proxy before the server at `target`. */
export async function faultProxy(target: Address): Promise<FaultProxy> {
  const pairs = new Set<Pair>();
  /** Called when the fault changes, for those who wait for that. */
  const waiting = new Set<() => void>();
  let fault: NetworkFault = { kind: 'none' };
  let accepted = 0;
  let frames = 0;

  const changed = (): Promise<void> => new Promise((resolve) => waiting.add(resolve));
  const inject = (next: NetworkFault): void => {
    fault = next;
    const all = [...waiting];
    waiting.clear();
    for (const wake of all) wake();
  };

  const isFragmenting = (): boolean => fault.kind === 'fragment';

  const write = async (to: Socket, bytes: Uint8Array): Promise<void> => {
    if (to.destroyed || to.writableEnded) return;
    if (to.write(bytes)) return;
    await Promise.race([once(to, 'drain'), once(to, 'close')]).catch(() => {});
  };

  const carry = async (to: Socket, bytes: Uint8Array): Promise<void> => {
    while (fault.kind === 'stall' && !to.destroyed) await Promise.race([changed(), once(to, 'close')]);
    switch (fault.kind) {
      case 'fragment': {
        const { bytes: size } = fault;
        let at = 0;
        while (at < bytes.length && isFragmenting()) {
          await write(to, bytes.subarray(at, at + size));
          at += size;
          // Each piece a packet of its own.
          await new Promise((resolve) => setImmediate(resolve));
        }
        return write(to, bytes.subarray(at));
      }
      case 'slow':
        await new Promise((resolve) => setTimeout(resolve, (bytes.length * 1000) / (fault as Slow).bytesPerSecond));
        return write(to, bytes);
      case 'black-hole':
        return;
      default:
        return write(to, bytes);
    }
  };

  /** Counts whole frames of a server, and says where to cut. */
  const frameCounter = () => {
    let head: number[] = [];
    let left = 0;
    let passed = 0;
    /** The place in `bytes` behind which nothing passes any more; undefined for all. */
    return (bytes: Uint8Array): number | undefined => {
      for (let at = 0; at < bytes.length; ) {
        const isDue = fault.kind === 'cut' && passed >= fault.frames;
        if (left === 0) {
          if (isDue && fault.kind === 'cut' && fault.at === 'boundary') return at;
          head.push(bytes[at++] as number);
          if (head.length < FRAME_HEAD_BYTES) continue;
          left = head.reduce((size, byte) => size * 256 + byte, 0);
          head = [];
          // In the middle of the frame; at least its length has passed.
          if (isDue) return Math.min(bytes.length, at + (left >> 1));
        } else {
          const taken = Math.min(left, bytes.length - at);
          at += taken;
          left -= taken;
          if (left > 0) continue;
          passed++;
          frames++;
        }
      }
      return fault.kind === 'cut' &&
        fault.at === 'boundary' &&
        left === 0 &&
        head.length === 0 &&
        passed >= fault.frames
        ? bytes.length
        : undefined;
    };
  };

  const listener = createServer({ allowHalfOpen: true }, (client) => {
    accepted++;
    const server = connect({ ...target, allowHalfOpen: true, noDelay: true });
    client.setNoDelay(true);
    const pair: Pair = { client, server };
    pairs.add(pair);
    const over = (): void => {
      pairs.delete(pair);
      client.destroy();
      server.destroy();
    };
    const pump = async (from: Socket, to: Socket, cutAt: (bytes: Uint8Array) => number | undefined): Promise<void> => {
      for await (const bytes of from as AsyncIterable<Uint8Array>) {
        const cut = cutAt(bytes);
        if (cut === undefined) {
          await carry(to, bytes);
          continue;
        }
        await write(to, bytes.subarray(0, cut));
        inject({ kind: 'none' });
        to.end();
        return;
      }
      if (fault.kind !== 'stall' && fault.kind !== 'black-hole') to.end();
    };
    for (const socket of [client, server]) {
      socket.on('error', over);
      socket.on('close', over);
    }
    pump(client, server, () => undefined).catch(over);
    pump(server, client, frameCounter()).catch(over);
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');

  return {
    address: { host: '127.0.0.1', port: (listener.address() as AddressInfo).port },
    get connections() {
      return pairs.size;
    },
    get accepted() {
      return accepted;
    },
    get frames() {
      return frames;
    },
    inject,
    end() {
      for (const { client, server } of pairs) {
        client.end();
        server.end();
      }
    },
    reset() {
      for (const { client, server } of pairs) {
        client.resetAndDestroy();
        server.destroy();
      }
    },
    async close() {
      inject({ kind: 'none' });
      for (const { client, server } of pairs) {
        client.destroy();
        server.destroy();
      }
      listener.close();
      await once(listener, 'close');
    },
  };
}

type Slow = Extract<NetworkFault, { kind: 'slow' }>;
