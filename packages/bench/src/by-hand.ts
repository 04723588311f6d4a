/**
 * Two messages encoded and decoded by code that knows nothing else, on the same reader and writer: what the schemas are
 * measured against. Only what the samples hold is written out; everything is checked as much as the schemas check it.
 */
import type { ObjectOf, Reader, StreamFetchRequest, WatchResponse, Writer } from '@fluvio-ts/protocol';

type Partition = ObjectOf<'Partition'>;
type ReplicaStatus = Partition['status']['leader'];
type SmartModule = StreamFetchRequest['smartmodules'][number];

const RESOLUTIONS = ['Offline', 'Online', 'LeaderOffline', 'ElectionLeaderFound', 'OutOfStorage'] as const;
const COMPRESSIONS = ['None', 'Gzip', 'Snappy', 'Lz4', 'Any', 'Zstd'] as const;
const NOTHING = new Uint8Array(0);

function known<T>(value: T | undefined): T {
  if (value === undefined) throw new TypeError('an unknown tag');
  return value;
}

function absent(r: Reader): undefined {
  if (r.bool()) throw new TypeError('only what the sample holds can be read');
  return undefined;
}

/** A Watch response about partitions at version 19. */
export function writePartitionWatch(w: Writer, { label, body }: WatchResponse): void {
  if (label !== 'Partition') throw new TypeError('only what the sample holds can be written');
  w.string(label);
  const size = w.reserveSize();
  w.i64(body.epoch);
  w.u32(body.changes.length);
  w.u32(body.all.length);
  for (const { name, spec, status } of body.all) {
    w.string(name);
    w.i32(spec.leader);
    w.u32(spec.replicas.length);
    for (const replica of spec.replicas) w.i32(replica);
    w.bool(spec.cleanupPolicy !== undefined);
    if (spec.cleanupPolicy !== undefined) {
      w.u8(0);
      w.u32(spec.cleanupPolicy.timeInSeconds);
    }
    w.bool(false);
    w.u8(COMPRESSIONS.indexOf(spec.compressionType));
    w.bool(false);
    w.bool(spec.system);
    w.bool(false);
    w.u8(RESOLUTIONS.indexOf(status.resolution));
    writeReplica(w, status.leader);
    w.u32(status.lsr);
    w.u32(status.replicas.length);
    for (const replica of status.replicas) writeReplica(w, replica);
    w.i64(status.size);
    w.bool(status.isBeingDeleted);
    w.i64(status.baseOffset);
  }
  w.patchSize(size);
}

function writeReplica(w: Writer, { spu, hw, leo }: ReplicaStatus): void {
  w.i32(spu);
  w.i64(hw);
  w.i64(leo);
}

/** Reads what {@link writePartitionWatch} writes. */
export function readPartitionWatch(r: Reader): WatchResponse {
  const label = r.string();
  if (label !== 'Partition') throw new TypeError('only what the sample holds can be read');
  return r.within(r.i32(), () => {
    const epoch = r.i64();
    if (r.i32() !== 0) throw new TypeError('only what the sample holds can be read');
    const all: Partition[] = [];
    for (let count = r.i32(); count > 0; count--) all.push(readPartition(r));
    return { label, body: { epoch, changes: [], all } };
  });
}

function readPartition(r: Reader): Partition {
  const name = r.string();
  const leader = r.i32();
  const replicas: number[] = [];
  for (let count = r.i32(); count > 0; count--) replicas.push(r.i32());
  let cleanupPolicy: Partition['spec']['cleanupPolicy'];
  if (r.bool()) {
    if (r.u8() !== 0) throw new TypeError('an unknown tag');
    cleanupPolicy = { kind: 'segment', timeInSeconds: r.u32() };
  }
  const storage = absent(r);
  const compressionType = known(COMPRESSIONS[r.u8()]);
  const deduplication = absent(r);
  const system = r.bool();
  const mirror = absent(r);
  const spec = { leader, replicas, cleanupPolicy, storage, compressionType, deduplication, system, mirror };

  const resolution = known(RESOLUTIONS[r.u8()]);
  const first = readReplica(r);
  const lsr = r.u32();
  const followers: ReplicaStatus[] = [];
  for (let count = r.i32(); count > 0; count--) followers.push(readReplica(r));
  const size = r.i64();
  const isBeingDeleted = r.bool();
  const baseOffset = r.i64();
  const status = { resolution, leader: first, lsr, replicas: followers, size, isBeingDeleted, baseOffset };
  return { name, spec, status };
}

function readReplica(r: Reader): ReplicaStatus {
  return { spu: r.i32(), hw: r.i64(), leo: r.i64() };
}

/** A StreamFetch request at version 25. */
export function writeStreamFetch(w: Writer, request: StreamFetchRequest): void {
  w.string(request.topic);
  w.u32(request.partition);
  w.i64(request.fetchOffset);
  w.i32(request.maxBytes);
  w.u8(request.isolation === 'read_committed' ? 1 : 0);
  w.u32(request.smartmodules.length);
  for (const { wasm, kind, params, name } of request.smartmodules) {
    if (wasm.kind !== 'predefined' || kind.kind !== 'generic') throw new TypeError('only what the sample holds');
    w.u8(0);
    w.string(wasm.name);
    w.u8(7);
    w.u8(0);
    w.u16(params.params.size);
    for (const [key, value] of params.params) {
      w.string(key);
      w.string(value);
    }
    w.bool(false);
    writeOptional(w, name);
  }
  writeOptional(w, request.consumerId);
}

function writeOptional(w: Writer, text: string | undefined): void {
  w.bool(text !== undefined);
  if (text !== undefined) w.string(text);
}

/** Reads what {@link writeStreamFetch} writes. */
export function readStreamFetch(r: Reader): StreamFetchRequest {
  const topic = r.string();
  const partition = r.u32();
  const fetchOffset = r.i64();
  const maxBytes = r.i32();
  const isolation = known((['read_uncommitted', 'read_committed'] as const)[r.u8()]);
  const smartmodules: SmartModule[] = [];
  for (let count = r.i32(); count > 0; count--) smartmodules.push(readSmartModule(r));
  return {
    topic,
    partition,
    fetchOffset,
    maxBytes,
    isolation,
    wasmModule: NOTHING,
    smartmodule: undefined,
    derivedStream: undefined,
    smartmodules,
    consumerId: r.bool() ? r.string() : undefined,
  };
}

function readSmartModule(r: Reader): SmartModule {
  if (r.u8() !== 0) throw new TypeError('only what the sample holds can be read');
  const wasm = { kind: 'predefined', name: r.string() } as const;
  if (r.u8() !== 7 || r.u8() !== 0) throw new TypeError('only what the sample holds can be read');
  const params = new Map<string, string>();
  for (let count = r.u16(); count > 0; count--) params.set(r.string(), r.string());
  return {
    wasm,
    kind: { kind: 'generic', context: { kind: 'none' } },
    params: { params, lookback: absent(r) },
    name: r.bool() ? r.string() : undefined,
  };
}
