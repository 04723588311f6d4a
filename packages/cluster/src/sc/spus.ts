/** SPUs: registered by themselves or by an operator, online as long as their connection to this SC lives. */
import type { CustomSpuKey, CustomSpuSpec, ErrorCode, SpuSpec, Status } from '@fluvio-ts/protocol';
import { NO_ERROR } from '@fluvio-ts/protocol';
import type { Logger } from '../logger.ts';
import { reasonOf } from '../logger.ts';
import type { InSyncChange, RegisterSpuRequest, ReplicaReport } from '../private/messages.ts';
import { proposed, resumed } from '../replication/leadership.ts';
import type { Metadata, Step } from './metadata.ts';
import { canBeKept } from './object-files.ts';
import { decision, leaderless, leadershipOf, partitionName, sameEndpoints, unknownPartition } from './objects.ts';
import { change, refusal, statusOf } from './outcome.ts';
import type { StoredObject } from './store.ts';
import type { Unable } from './unable.ts';

/** The connection of a registered SPU. */
export interface SpuLink {
  readonly id: number;
  /** Ends the connection. */
  close(reason: string): void;
}

/** What can be done with SPUs. */
export interface Spus {
  /** Takes an SPU in; anything but `None` says why not. */
  register(request: RegisterSpuRequest, link: SpuLink): Promise<ErrorCode>;
  /** Takes what an SPU says of its replicas, and that it lives; false if the link is not the SPU's any more. */
  report(link: SpuLink, replicas: readonly ReplicaReport[]): boolean;
  /** Takes the changes of in-sync sets that an SPU asks for, if they are not out of date. */
  changeInSync(link: SpuLink, changes: readonly InSyncChange[]): Promise<void>;
  /** The process of an SPU lives, and its main loop has come round `loops` times; false if it is not registered. */
  heard(id: number, loops: number): boolean;
  /** The connection is over. */
  lost(link: SpuLink): Promise<void>;
  create(name: string, spec: CustomSpuSpec, dryRun: boolean): Promise<Status>;
  delete(key: CustomSpuKey): Promise<Status>;
  /** Removes a managed SPU, because its group is gone. Rejects with what the disk refuses. */
  forget(id: number): Promise<void>;
  /** Takes SPUs that were online when this SC ended for online until they have had time to come back. */
  begin(): void;
  stop(): void;
}

/** What SPUs are made of. */
export interface SpusOptions {
  readonly metadata: Metadata;
  /** Silence after which an SPU is taken for dead. */
  readonly spuTimeoutMs: number;
  /** Whether the process of an SPU has ended, as far as can be seen from here. Never rejects. */
  readonly isGone: (spu: StoredObject<'SPU'>) => Promise<boolean>;
  /** Called after an SPU came online. */
  readonly onOnline: () => Promise<void>;
  readonly unable: Unable;
  /** Called after an SPU that leads partitions said that it cannot write to them. */
  readonly onUnable: () => Promise<void>;
  /** Called after an SPU went offline. */
  readonly onOffline: () => Promise<void>;
  /** Whether an id belongs to a group. */
  readonly isManaged: (id: number) => boolean;
  readonly log: Logger;
}

interface Link {
  readonly link: SpuLink;
  /** When its process was last heard of, and when its main loop last moved. */
  lastSeenAt: number;
  movedAt: number;
  loops: number;
}

/** How often an SC that has just started looks for SPUs that are gone. */
const SEARCH_INTERVAL_MS = 100;
/** A main loop may be busy for so many times the silence of a process. */
const BUSY_FACTOR = 10;

/** Makes the SPUs of a cluster. */
export function createSpus(options: SpusOptions): Spus {
  const { metadata, spuTimeoutMs, isGone, unable, onUnable, onOnline, onOffline, isManaged, log } = options;
  const { SPU: spus, Partition: partitions } = metadata.stores;
  const links = new Map<number, Link>();
  let stopped = false;
  let watchdog: NodeJS.Timeout | undefined;
  let grace: NodeJS.Timeout | undefined;
  let search: NodeJS.Timeout | undefined;

  const byId = (id: number): StoredObject<'SPU'> | undefined => spus.all().find((spu) => spu.spec.id === id);

  const isLive = (id: number): boolean => byId(id)?.status.resolution === 'Online';

  const markOffline = async (id: number, level: 'info' | 'warn' = 'warn'): Promise<void> => {
    const marked = await metadata.exclusive(async () => {
      const spu = byId(id);
      if (stopped || links.has(id) || spu?.status.resolution !== 'Online') return false;
      await metadata.commit([{ label: 'SPU', put: { ...spu, status: { resolution: 'Offline' } } }]);
      orphan(id);
      log(level, 'an SPU is offline', { id, name: spu.name });
      return true;
    });
    if (marked) await onOffline();
  };

  /** Shows which partitions nobody can lead now that an SPU is gone. The others are about to get another leader. */
  const orphan = (id: number): void => {
    for (const partition of partitions.all()) {
      const { leader, inSync } = leadershipOf(partition);
      if (leader !== id || partition.status.resolution === 'Offline' || inSync.some(isLive)) continue;
      metadata.patch('Partition', leaderless(partition));
    }
  };

  /** The partitions that an SPU led in an earlier process: it goes on, in another reign. */
  const resume = ({ id, leading }: RegisterSpuRequest): Step[] => {
    const led = new Map(
      leading.map(({ replica, incarnation, epoch }) => [
        `${partitionName(replica.topic, replica.partition)} ${incarnation}`,
        epoch,
      ]),
    );
    const steps: Step[] = [];
    for (const partition of partitions.all()) {
      const leadership = leadershipOf(partition);
      if (leadership.leader !== id || partition.spec.replicas.length < 2) continue;
      if (led.get(`${partition.name} ${partition.uid}`) === leadership.epoch) continue;
      steps.push(decision(partition, resumed(leadership)));
    }
    return steps;
  };

  /** Looks for SPUs that died while the SC was away, as long as none is expected to have registered. */
  const searchAbsent = async (): Promise<void> => {
    const absent = spus.all().filter(({ spec, status }) => status.resolution === 'Online' && !links.has(spec.id));
    await Promise.all(
      absent.map(async (spu) => {
        // After a stop of the whole cluster none is there yet.
        if (await isGone(spu)) await markOffline(spu.spec.id, 'info');
      }),
    );
  };

  const unregister = async ({ name, spec }: StoredObject<'SPU'>): Promise<void> => {
    await metadata.commit([{ label: 'SPU', delete: name }]);
    orphan(spec.id);
  };

  /** Ends the connection of an SPU that is unregistered. */
  const letGo = async (id: number): Promise<void> => {
    const entry = links.get(id);
    links.delete(id);
    entry?.link.close('the SPU was unregistered');
    await onOffline();
  };

  /** Looks for silent SPUs. A pause of this process itself is no silence of theirs. */
  const watch = (intervalMs: number): void => {
    let lastAt = performance.now();
    watchdog = setInterval(() => {
      const now = performance.now();
      const paused = Math.max(0, now - lastAt - intervalMs);
      lastAt = now;
      for (const entry of links.values()) {
        entry.lastSeenAt += paused;
        entry.movedAt += paused;
        if (now - entry.lastSeenAt > spuTimeoutMs) entry.link.close(`no word from the SPU for ${spuTimeoutMs} ms`);
        if (now - entry.movedAt > spuTimeoutMs * BUSY_FACTOR) entry.link.close('the main loop of the SPU stands still');
      }
    }, intervalMs);
    watchdog.unref();
  };

  return {
    begin() {
      for (const partition of partitions.all()) {
        const leader = byId(partition.spec.leader);
        const online = leader?.status.resolution === 'Online';
        const status = {
          ...unknownPartition,
          resolution: online ? ('Online' as const) : ('LeaderOffline' as const),
          leader: { spu: partition.spec.leader, hw: -1n, leo: -1n },
        };
        metadata.patch('Partition', { ...partition, status });
      }
      const failed = (error: unknown): void =>
        log('error', 'an SPU could not be marked offline', { reason: reasonOf(error) });
      search = setInterval(() => void searchAbsent().catch(failed), SEARCH_INTERVAL_MS);
      search.unref();
      grace = setTimeout(() => {
        clearInterval(search);
        for (const { spec } of spus.all()) {
          markOffline(spec.id).catch(failed);
        }
      }, spuTimeoutMs);
      grace.unref();
      watch(Math.max(10, Math.floor(spuTimeoutMs / 4)));
    },

    async register(request, link) {
      const { id, name } = request;
      const refused = await metadata.exclusive(async (): Promise<ErrorCode> => {
        const present = byId(id);
        if (present === undefined && !request.create) return { kind: 'SpuNotFound' };
        if (present === undefined && (spus.get(name) !== undefined || !canBeKept(name)))
          return { kind: 'SpuAlreadyExists' };
        // An SPU of a group stays one.
        const spec = specOf(request, present?.spec.spuType ?? (isManaged(id) ? 'Managed' : 'Custom'));
        const unchanged =
          present !== undefined && present.status.resolution === 'Online' && sameEndpoints(present.spec, spec);
        const steps = resume(request);
        if (request.create) unable.clear(id);
        if (!unchanged) {
          const uid = present?.uid ?? metadata.newUid();
          const put = {
            name: present?.name ?? name,
            uid,
            spec: { ...present?.spec, ...spec },
            status: { resolution: 'Online' },
          } as const;
          steps.unshift({ label: 'SPU', put });
        }
        await metadata.commit(steps);
        links.get(id)?.link.close('the SPU has registered again');
        const now = performance.now();
        links.set(id, { link, lastSeenAt: now, movedAt: now, loops: 0 });
        return NO_ERROR;
      });
      if (refused.kind === 'None') {
        log('info', 'an SPU is online', { id, name, port: request.publicEndpoint.port });
        await onOnline();
      }
      return refused;
    },

    report(link, replicas) {
      const entry = links.get(link.id);
      if (entry?.link !== link) return false;
      entry.lastSeenAt = performance.now();
      entry.movedAt = entry.lastSeenAt;
      let failed = false;
      for (const report of replicas) {
        const partition = partitions.get(partitionName(report.replica.topic, report.replica.partition));
        if (partition === undefined || partition.uid !== report.incarnation) continue;
        const { leader, epoch } = leadershipOf(partition);
        if (leader !== link.id || epoch !== report.epoch) continue;
        const status = {
          ...partition.status,
          resolution: report.resolution,
          leader: { spu: link.id, hw: report.highWatermark, leo: report.logEndOffset },
          lsr: report.followers.filter(({ logEndOffset }) => logEndOffset === report.logEndOffset).length,
          replicas: report.followers.map(({ spu, logEndOffset: leo }) => ({
            spu,
            hw: BigInt(Math.min(Number(leo), Number(report.highWatermark))),
            leo,
          })),
          size: report.sizeBytes,
          baseOffset: report.startOffset,
        };
        metadata.patch('Partition', { ...partition, status });
        const others = partition.spec.replicas.length > 1;
        if (report.resolution === 'Offline' && others && unable.mark(partition, link.id)) {
          failed = true;
          log('error', 'a leader cannot write any more', { partition: partition.name, leader: link.id });
        }
      }
      if (failed) void onUnable();
      return true;
    },

    changeInSync: (link, changes) =>
      metadata.exclusive(async () => {
        const steps: Step[] = [];
        for (const { replica, incarnation, ...wanted } of changes) {
          const partition = partitions.get(partitionName(replica.topic, replica.partition));
          if (partition?.uid !== incarnation || links.get(link.id)?.link !== link) continue;
          const proposal = { spu: link.id, ...wanted };
          const next = proposed(leadershipOf(partition), partition.spec.replicas, proposal, isLive);
          if (next === undefined) continue;
          log('info', 'an in-sync set changes', { partition: partition.name, inSync: next.inSync.join(' ') });
          steps.push(decision(partition, next));
        }
        await metadata.commit(steps);
      }),

    heard(id, loops) {
      const entry = links.get(id);
      if (entry === undefined) return false;
      entry.lastSeenAt = performance.now();
      if (loops !== entry.loops) entry.movedAt = entry.lastSeenAt;
      entry.loops = loops;
      return true;
    },

    async lost(link) {
      if (links.get(link.id)?.link !== link) return;
      links.delete(link.id);
      await markOffline(link.id);
    },

    async create(name, spec, dryRun) {
      const refused = await change(metadata, 'SpuError', async () => {
        if (spus.get(name) !== undefined || byId(spec.id) !== undefined) {
          return refusal('SpuAlreadyExists', `spu '${name}(${spec.id})' already defined`);
        }
        if (name === '' || !canBeKept(name)) return refusal('SpuError', `'${name}' cannot be the name of an SPU`);
        if (dryRun) return undefined;
        const put = {
          name,
          uid: metadata.newUid(),
          spec: { ...spec, spuType: 'Custom' },
          status: { resolution: 'Init' },
        } as const;
        await metadata.commit([{ label: 'SPU', put }]);
        return undefined;
      });
      // Fluvio's SC leaves the name out of the answer to a dry run.
      return statusOf(dryRun && refused === undefined ? '' : name, refused);
    },

    async delete(key) {
      const name = key.kind === 'name' ? key.name : `spu-${key.id}`;
      let found: StoredObject<'SPU'> | undefined;
      const refused = await change(metadata, 'SpuError', async () => {
        found = key.kind === 'name' ? spus.get(key.name) : byId(key.id);
        if (found === undefined) return refusal('SpuNotFound', 'not found');
        if (found.spec.spuType !== 'Custom') return refusal('SpuError', "expected 'Custom' spu, found 'Managed' spu");
        await unregister(found);
        return undefined;
      });
      if (refused === undefined && found !== undefined) await letGo(found.spec.id);
      return statusOf(found?.name ?? name, refused);
    },

    async forget(id) {
      await metadata.exclusive(async () => {
        const spu = byId(id);
        if (spu?.spec.spuType === 'Managed') await unregister(spu);
      });
      if (byId(id) === undefined) await letGo(id);
    },

    stop() {
      stopped = true;
      clearInterval(watchdog);
      clearTimeout(grace);
      clearInterval(search);
    },
  };
}

function specOf(
  { id, publicEndpoint, privateEndpoint, rack }: RegisterSpuRequest,
  spuType: SpuSpec['spuType'],
): SpuSpec {
  const { host, port, encryption } = publicEndpoint;
  return {
    id,
    spuType,
    publicEndpoint: { port, encryption, ingress: [{ hostname: host, ip: undefined }] },
    privateEndpoint,
    rack,
    publicEndpointLocal: undefined,
  };
}
