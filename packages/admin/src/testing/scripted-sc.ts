/**
 * A streaming controller behind in-memory pipes: the real protocol over the real codec, with Fluvio's rules for lists,
 * watches and changes, and faults on demand.
 */
import type { Client } from '@fluvio-ts/client';
import { connect } from '@fluvio-ts/client';
import type {
  BytePipe,
  CreateRequest,
  DeleteRequest,
  ListRequest,
  ListResponse,
  MetadataUpdate,
  ObjectOf,
  Status,
  Transport,
  UpdateRequest,
  WatchResponse,
} from '@fluvio-ts/protocol';
import { Create, Delete, List, NO_ERROR, ScApiVersions, Update, Watch } from '@fluvio-ts/protocol';
import { memoryPipe, on, serve } from '@fluvio-ts/protocol/internal';
import { partitionObject, spuObject, topicObject } from './objects.ts';

/** Labels of what this controller keeps. */
export type Label = 'Topic' | 'Partition' | 'SPU';

/** What a test can make it do instead of what it should; undefined lets it do what it should, a throw cuts the connection. */
export interface Faults {
  create?: (request: CreateRequest) => Promise<Status> | Status | undefined;
  delete?: (request: DeleteRequest) => Promise<Status> | Status | undefined;
  update?: (request: UpdateRequest) => Promise<Status> | Status | undefined;
  list?: (request: ListRequest) => void;
  /** The first answer of a watch. */
  watch?: (label: Label) => MetadataUpdate<never> | undefined;
  /** Whether connections are refused. */
  down?: boolean;
}

/** See the file's head. */
export interface ScriptedSc {
  readonly faults: Faults;
  /** Requests in the order in which they were handled. */
  readonly created: CreateRequest[];
  readonly deleted: DeleteRequest[];
  readonly listed: ListRequest[];
  /** Watches that were opened, the client's own included. */
  readonly watches: Label[];
  connect(options?: { readonly requestTimeoutMs?: number }): Promise<Client>;
  get<L extends Label>(label: L, name: string): ObjectOf<L> | undefined;
  /** Stores objects and tells the watchers. */
  put<L extends Label>(label: L, ...objects: ObjectOf<L>[]): void;
  /** Removes objects and tells the watchers. */
  remove(label: Label, ...names: string[]): void;
  /** Changes the store without a word to the watchers. */
  quietly(change: () => void): void;
  /** Tells the watchers all objects of a kind, as Fluvio does every 300 s. */
  syncAll(label: Label): void;
  /** Tells the watchers what the test likes. */
  tell<L extends Label>(label: L, answer: Omit<MetadataUpdate<ObjectOf<L>>, 'epoch'>): void;
  /** Sends an answer, right or wrong, to the watch of a kind that was opened last, and to no other. */
  answerLast(label: Label, answer: WatchResponse): void;
  /** Lets everything that is sent during `send` arrive as one chunk. */
  atOnce(send: () => void): Promise<void>;
  /** Cuts every connection. */
  cut(): void;
}

type Store = { readonly [L in Label]: Map<string, ObjectOf<L>> };

/** Answers of success and failure. */
export const ok = (name: string): Status => ({ name, errorCode: NO_ERROR, errorMessage: undefined });
export const no = (name: string, errorCode: Status['errorCode'], errorMessage?: string): Status => ({
  name,
  errorCode,
  errorMessage,
});

/** Makes a controller with one SPU, 5001, and the topic of the cluster's own. */
export function scriptedSc(): ScriptedSc {
  const store: Store = { Topic: new Map(), Partition: new Map(), SPU: new Map() };
  const faults: Faults = {};
  const pipes = new Set<BytePipe>();
  const watchers = new Map<Label, Set<(answer: MetadataUpdate<never>) => void>>();
  const last = new Map<Label, (answer: WatchResponse) => void>();
  const created: CreateRequest[] = [];
  const deleted: DeleteRequest[] = [];
  const listed: ListRequest[] = [];
  const watches: Label[] = [];
  let held: Map<BytePipe, Uint8Array[]> | undefined;
  let epoch = 1n;
  let quiet = false;

  const all = (label: Label): readonly never[] => [...store[label].values()] as never[];

  const tell = (label: Label, answer: Omit<MetadataUpdate<never>, 'epoch'>): void => {
    if (quiet) return;
    epoch++;
    for (const watcher of watchers.get(label) ?? []) watcher({ epoch, ...answer });
  };

  const put = <L extends Label>(label: L, ...objects: ObjectOf<L>[]): void => {
    for (const object of objects) (store[label] as Map<string, ObjectOf<L>>).set(object.name, object);
    const changes = objects.map((content) => ({ header: 'UPDATE', content: content as never }) as const);
    tell(label, { all: [], changes });
  };

  const remove = (label: Label, ...names: string[]): void => {
    const gone = names.map((name) => store[label].get(name));
    for (const name of names) store[label].delete(name);
    tell(label, {
      all: [],
      changes: gone.map((content) => ({ header: 'DELETE', content: content as never }) as const),
    });
  };

  const addPartitions = (topic: string, from: number, to: number): void => {
    const indexes = Array.from({ length: to - from }, (_, i) => from + i);
    put('Partition', ...indexes.map((index) => partitionObject(`${topic}-${index}`)));
  };

  const create = (request: CreateRequest): Status => {
    if (request.label === 'CustomSpu') {
      const { name, dryRun, spec } = request.body;
      if ([...store.SPU.values()].some((one) => one.name === name || one.spec.id === spec.id)) {
        return no(name, { kind: 'SpuAlreadyExists' }, `spu '${name}(${spec.id})' already defined`);
      }
      if (dryRun) return ok('');
      put('SPU', { name, spec: { ...spec, spuType: 'Custom' }, status: { resolution: 'Init' } });
      return ok(name);
    }
    if (request.label !== 'Topic') throw new Error(`no create of ${request.label}`);
    const { name, dryRun, spec } = request.body;
    if (store.Topic.has(name)) return no(name, { kind: 'TopicAlreadyExists' }, `Topic '${name}' already exists`);
    if (dryRun) return ok(name);
    const topic = topicObject(name, spec);
    put('Topic', topic);
    addPartitions(name, 0, topic.status.replicaMap.size);
    return ok(name);
  };

  const removeObject = (request: DeleteRequest): Status => {
    if (request.label === 'CustomSpu') {
      const { key } = request.body;
      const is = (one: ObjectOf<'SPU'>): boolean =>
        key.kind === 'id' ? one.spec.id === key.id : one.name === key.name;
      const found = [...store.SPU.values()].find(is);
      if (found === undefined) return no('spu', { kind: 'SpuNotFound' }, 'not found');
      remove('SPU', found.name);
      return ok(found.name);
    }
    if (request.label !== 'Topic') throw new Error(`no delete of ${request.label}`);
    const { key: name, force } = request.body;
    const topic = store.Topic.get(name);
    if (topic === undefined) return no(name, { kind: 'TopicNotFound' }, 'not found');
    if (topic.spec.system && !force) return no(name, { kind: 'SystemSpecDeletionAttempt', objectKind: 'topic', name });
    remove('Topic', name);
    remove('Partition', ...[...store.Partition.keys()].filter((one) => one.slice(0, one.lastIndexOf('-')) === name));
    return ok(name);
  };

  const update = (request: UpdateRequest): Status => {
    if (request.label !== 'Topic' || request.body.action.kind !== 'addPartition') throw new Error('no such update');
    const { key: name, action } = request.body;
    const before = store.Topic.get(name);
    if (before === undefined) return no(name, { kind: 'TopicNotFound' }, 'not found');
    const { replicas } = before.spec;
    if (replicas.kind !== 'computed') return no(name, { kind: 'TopicInvalidReplicaType' }, 'invalid replica type');
    const grown = { ...replicas, partitions: replicas.partitions + action.count };
    const topic = topicObject(name, { ...before.spec, replicas: grown });
    put('Topic', topic);
    addPartitions(name, before.status.replicaMap.size, topic.status.replicaMap.size);
    return ok(name);
  };

  const list = ({ label, body }: ListRequest): ListResponse => {
    const { nameFilters, system } = body;
    const named = (one: { readonly name: string }): boolean =>
      nameFilters.length === 0 || nameFilters.some((filter) => one.name.includes(filter));
    if (label === 'SPU') return { label, body: [...store.SPU.values()].filter(named) };
    if (label === 'Partition') {
      return { label, body: [...store.Partition.values()].filter((one) => one.spec.system === system) };
    }
    if (label !== 'Topic') throw new Error(`no list of ${label}`);
    return { label, body: [...store.Topic.values()].filter((one) => one.spec.system === system && named(one)) };
  };

  const routes = [
    on(ScApiVersions, () => ({
      errorCode: NO_ERROR,
      apiKeys: [1001, 1002, 1003, 1004, 1006].map((apiKey) => ({ apiKey, minVersion: 11, maxVersion: 19 })),
      platformVersion: '0.18.1',
    })),
    on(Create, (request) => {
      created.push(request);
      return faults.create?.(request) ?? create(request);
    }),
    on(Delete, (request) => {
      deleted.push(request);
      return faults.delete?.(request) ?? removeObject(request);
    }),
    on(Update, (request) => faults.update?.(request) ?? update(request)),
    on(List, (request) => {
      listed.push(request);
      faults.list?.(request);
      return list(request);
    }),
    on(Watch, (request, call) => {
      const label = request.label as Label;
      watches.push(label);
      const send = (answer: WatchResponse): void => {
        call.push(answer).catch(() => watchers.get(label)?.delete(push));
      };
      const push = (answer: MetadataUpdate<never>): void => send({ label, body: answer } as WatchResponse);
      last.set(label, send);
      const known = watchers.get(label) ?? new Set();
      watchers.set(label, known.add(push));
      push(faults.watch?.(label) ?? { epoch, changes: [], all: all(label) });
      return undefined;
    }),
  ];

  const transport: Transport = {
    async connect() {
      if (faults.down === true) throw new Error('down');
      const [client, server] = memoryPipe('scripted SC');
      pipes.add(server);
      const holding: BytePipe = {
        ...server,
        async write(chunks) {
          if (held === undefined) return server.write(chunks);
          held.set(server, [...(held.get(server) ?? []), ...chunks]);
        },
      };
      void serve(holding, routes).then(() => pipes.delete(server));
      return client;
    },
  };

  put('SPU', spuObject(5001));
  const offsets = topicObject('consumer-offset', { system: true });
  put('Topic', offsets);
  put('Partition', partitionObject('consumer-offset-0', { system: true }));

  return {
    faults,
    created,
    deleted,
    listed,
    watches,
    connect: (options) => connect({ endpoint: 'localhost:9003', transport, ...options }),
    get: (label, name) => store[label].get(name) as never,
    put,
    remove,
    quietly(change) {
      quiet = true;
      change();
      quiet = false;
    },
    syncAll: (label) => tell(label, { changes: [], all: all(label) }),
    tell: (label, answer) => tell(label, answer as Omit<MetadataUpdate<never>, 'epoch'>),
    answerLast: (label, answer) => last.get(label)?.(answer),
    async atOnce(send) {
      const collected = new Map<BytePipe, Uint8Array[]>();
      held = collected;
      send();
      // The pushes write a turn later.
      await Promise.resolve();
      held = undefined;
      for (const [pipe, chunks] of collected) await pipe.write([Uint8Array.from(chunks.flatMap((one) => [...one]))]);
    },
    cut() {
      for (const pipe of pipes) pipe.close(new Error('cut'));
    },
  };
}
