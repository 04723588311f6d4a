/**
 * A cluster of which only the outside is real: an SC on TCP that speaks the protocol as far as a gateway needs it, and SPUs
 * that do to their sockets what a test says.
 */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { pipeFromSocket } from '@fluvio-ts/adapter-tcp/internal';
import { List, NO_ERROR, type ObjectOf, ScApiVersions, Watch } from '@fluvio-ts/protocol';
import { on, serve } from '@fluvio-ts/protocol/internal';

type Spu = ObjectOf<'SPU'>;

/** See the file's head. */
export interface ScriptedCluster extends AsyncDisposable {
  /** Of the SC. */
  readonly endpoint: string;
  /** Starts an SPU that hands every connection to `accept`. `quietly`: in the SC's list, but the watchers are not told. */
  addSpu(id: number, accept: (socket: Socket) => void, options?: { readonly quietly?: boolean }): Promise<number>;
  /** Puts an SPU into the metadata that listens nowhere, or somewhere else. */
  nameSpu(id: number, port: number, localPort?: number): void;
  /** Takes an SPU out of the metadata and tells the watchers. */
  removeSpu(id: number): void;
  /** Connections that the SC has now. */
  readonly scConnections: number;
  /** Stops the SC and cuts its connections. */
  stopSc(): Promise<void>;
  /** Starts the SC again at its old port. */
  restartSc(): Promise<void>;
}

/** Starts one without SPUs. */
export async function scriptedCluster(): Promise<ScriptedCluster> {
  const spus = new Map<number, Spu>();
  const watchers = new Set<() => void>();
  const servers: Server[] = [];
  const scSockets = new Set<Socket>();
  const spuSockets = new Set<Socket>();
  let epoch = 1n;

  const announce = (): void => {
    epoch++;
    for (const watcher of watchers) watcher();
  };

  const routes = [
    on(ScApiVersions, () => ({
      errorCode: NO_ERROR,
      apiKeys: [1001, 1002, 1003, 1004, 1006].map((apiKey) => ({ apiKey, minVersion: 11, maxVersion: 19 })),
      platformVersion: '0.18.1',
    })),
    on(List, ({ label }) => ({ label, body: label === 'SPU' ? [...spus.values()] : [] }) as never),
    on(Watch, ({ label }, call) => {
      const push = (): void => {
        const all = label === 'SPU' ? [...spus.values()] : [];
        call.push({ label, body: { epoch, changes: [], all } } as never).catch(() => watchers.delete(push));
      };
      watchers.add(push);
      call.signal.addEventListener('abort', () => watchers.delete(push));
      push();
      return undefined;
    }),
  ];

  const startSc = async (port: number): Promise<Server> => {
    const server = createServer({ allowHalfOpen: true }, (socket) => {
      scSockets.add(socket);
      socket.once('close', () => scSockets.delete(socket));
      void serve(pipeFromSocket(socket, 'a client'), routes);
    });
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return server;
  };

  const stopServer = async (server: Server): Promise<void> => {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    await closed;
  };

  const cutSc = (): void => {
    for (const socket of scSockets) socket.destroy();
  };

  let sc = await startSc(0);
  const { port: scPort } = sc.address() as AddressInfo;

  const cluster: ScriptedCluster = {
    endpoint: `127.0.0.1:${scPort}`,
    get scConnections() {
      return scSockets.size;
    },
    async addSpu(id, accept, { quietly = false } = {}) {
      const server = createServer({ allowHalfOpen: true }, (socket) => {
        spuSockets.add(socket);
        socket.once('close', () => spuSockets.delete(socket));
        socket.on('error', () => {});
        accept(socket);
      });
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      servers.push(server);
      const { port } = server.address() as AddressInfo;
      spus.set(id, spuObject(id, port));
      if (!quietly) announce();
      return port;
    },
    nameSpu(id, port, localPort) {
      spus.set(id, spuObject(id, port, localPort));
      announce();
    },
    removeSpu(id) {
      spus.delete(id);
      announce();
    },
    async stopSc() {
      const stopped = stopServer(sc);
      cutSc();
      await stopped;
    },
    async restartSc() {
      sc = await startSc(scPort);
    },
    async [Symbol.asyncDispose]() {
      await cluster.stopSc();
      for (const socket of spuSockets) socket.destroy();
      await Promise.all(servers.map(stopServer));
    },
  };
  return cluster;
}

function spuObject(id: number, port: number, localPort?: number): Spu {
  const at = (host: string, hostPort: number) => ({ port: hostPort, host, encryption: 'PLAINTEXT' as const });
  return {
    name: `spu-${id}`,
    spec: {
      id,
      spuType: 'Custom',
      publicEndpoint: { port, ingress: [{ hostname: '127.0.0.1', ip: undefined }], encryption: 'PLAINTEXT' },
      privateEndpoint: at('127.0.0.1', port),
      rack: undefined,
      publicEndpointLocal: localPort === undefined ? undefined : at('127.0.0.1', localPort),
    },
    status: { resolution: 'Online' },
  };
}
