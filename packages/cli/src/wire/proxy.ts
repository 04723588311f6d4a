/** A TCP proxy that watches what passes, and draws the connections to SPUs to itself. */
import { createServer, connect as dial, type Socket, type Server as TcpServer } from 'node:net';
import { type Address, formatAddress } from '@fluvio-ts/protocol';
import type { FrameDescription, Server } from '@fluvio-ts/protocol/describe';
import type { HostPort } from '../values/host-port.ts';
import type { Observe } from './events.ts';
import { readdress } from './readdress.ts';
import { watcher } from './watcher.ts';

/** How a proxy runs. */
export interface ProxyOptions {
  readonly listen: HostPort;
  readonly to: Address;
  /** What stands at `to`. */
  readonly server: Server;
  /** Whether the SPUs that an SC names are reached through the proxy, too. */
  readonly follow: boolean;
  /** How long a server may take to accept a connection. */
  readonly connectTimeoutMs: number;
  readonly observe: Observe;
  /** Told of each SPU that is reached through the proxy from now on, or why it is not. */
  readonly followed: (spu: Address, through: Address | Error) => void;
}

/** A running proxy. */
export interface WireProxy {
  /** Where it listens. */
  readonly address: Address;
  /** Stops listening and cuts every connection; resolves when all that was seen is told. */
  stop(): Promise<void>;
}

/** Starts a proxy. Rejects with what the system says where it cannot listen. */
export async function startProxy(options: ProxyOptions): Promise<WireProxy> {
  const { listen, to, server, follow, connectTimeoutMs, observe, followed } = options;
  const servers: TcpServer[] = [];
  const sockets = new Set<Socket>();
  const running = new Set<Promise<void>>();
  const spus = new Map<string, Promise<Address | undefined>>();
  let connections = 0;
  let stopped = false;

  const keep = (socket: Socket): void => {
    sockets.add(socket);
    socket.setNoDelay(true);
    // What goes wrong is met where the socket is read and written.
    socket.on('error', () => {});
    socket.once('close', () => sockets.delete(socket));
  };

  /** The port at which the proxy stands for an SPU. */
  const portFor = (spu: Address): Promise<Address | undefined> => {
    const key = formatAddress(spu);
    const known = spus.get(key);
    if (known !== undefined) return known;
    const opened = open({ host: listen.host, port: 0 }, spu, 'spu').then(
      (address) => {
        followed(spu, address);
        return address;
      },
      (error: unknown) => {
        followed(spu, error instanceof Error ? error : new Error(String(error)));
        return undefined;
      },
    );
    spus.set(key, opened);
    return opened;
  };

  const relay = async (client: Socket, target: Address, role: Server): Promise<void> => {
    const connection = ++connections;
    const from = formatAddress({ host: plain(client.remoteAddress), port: client.remotePort ?? 0 });
    // As the client knows this machine, it will find it again.
    const here = plain(client.localAddress);
    const told = observe({ kind: 'open', atMs: Date.now(), connection, server: role, from, to: formatAddress(target) });
    const upstream = dial({ ...target, allowHalfOpen: true });
    keep(upstream);
    const watched = watcher(role, connection);

    const through = async (spu: Address): Promise<Address | undefined> => {
      const address = await portFor(spu);
      return address && { host: here, port: address.port };
    };

    const pump = async (direction: FrameDescription['direction'], source: Socket, sink: Socket): Promise<void> => {
      const readdresses = follow && role === 'sc' && direction === 'response';
      for await (const chunk of source.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>) {
        const seen = watched.push(direction, chunk);
        const tells: Promise<void>[] = [];
        if (!readdresses) {
          tells.push(...seen.map(observe));
          await write(sink, chunk);
        }
        for (const sighting of readdresses ? seen : []) {
          const { bytes } = sighting;
          const now = sighting.kind === 'bytes' ? bytes : await readdress(bytes, sighting.description, through);
          const changed = now !== bytes;
          tells.push(observe(changed && sighting.kind === 'message' ? { ...sighting, readdressed: true } : sighting));
          await write(sink, now);
        }
        await Promise.all(tells);
      }
      const rest = watched.end(direction);
      if (rest !== undefined) {
        await observe(rest);
        if (readdresses) await write(sink, rest.bytes);
      }
      sink.end();
    };

    let reason: string | undefined;
    try {
      await told;
      await connected(upstream, connectTimeoutMs);
      await Promise.all([pump('request', client, upstream), pump('response', upstream, client)]);
    } catch (error) {
      reason = stopped ? undefined : error instanceof Error ? error.message : String(error);
    } finally {
      // An orderly end has reached both sides by now; anything else ends both.
      for (const socket of [client, upstream]) if (reason !== undefined || stopped) socket.destroy();
    }
    await observe({ kind: 'close', atMs: Date.now(), connection, ...(reason !== undefined && { reason }) });
  };

  const open = (at: HostPort, target: Address, role: Server): Promise<Address> =>
    new Promise((resolve, reject) => {
      const tcp = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (client) => {
        keep(client);
        const run = relay(client, target, role).finally(() => running.delete(run));
        running.add(run);
      });
      tcp.once('error', reject);
      tcp.listen(at.port, at.host, () => {
        const address = tcp.address();
        if (stopped || address === null || typeof address === 'string') {
          tcp.close();
          reject(new Error('the proxy has stopped'));
          return;
        }
        servers.push(tcp);
        resolve({ host: at.host, port: address.port });
      });
    });

  const address = await open(listen, to, server);
  return {
    address,
    async stop() {
      stopped = true;
      for (const each of servers) each.close();
      for (const socket of sockets) socket.destroy();
      await Promise.allSettled(running);
    },
  };
}

/** Writes, and waits until the socket takes more. */
async function write(socket: Socket, bytes: Uint8Array): Promise<void> {
  if (socket.destroyed) throw socket.errored ?? new Error('the connection was closed');
  if (socket.write(bytes)) return;
  await new Promise<void>((resolve) => {
    const done = (): void => {
      socket.off('drain', done).off('close', done);
      resolve();
    };
    socket.on('drain', done).on('close', done);
  });
}

function connected(socket: Socket, timeoutMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => socket.destroy(new Error(`no connection within ${timeoutMs} ms`)), timeoutMs);
    const settle = (): void => {
      clearTimeout(timer);
      socket.off('connect', settle).off('close', settle);
      if (socket.readyState === 'open') resolve();
      else reject(socket.errored ?? new Error('the connection was closed'));
    };
    socket.on('connect', settle).on('close', settle);
  });
}

/** IPv4 addresses as such, where a socket speaks both. */
const plain = (address = '127.0.0.1'): string => address.replace(/^::ffff:(?=\d)/, '');
