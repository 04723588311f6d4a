/** The SC's private API, for the connection of one SPU. */
import type { BytePipe } from '@fluvio-ts/protocol';
import { NO_ERROR, ScApiVersions } from '@fluvio-ts/protocol';
import type { Call, Route } from '@fluvio-ts/protocol/internal';
import { on } from '@fluvio-ts/protocol/internal';
import { CONSUMER_OFFSET_PARTITION } from '../consumer-offset-topic.ts';
import { clusterError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import { reasonOf } from '../logger.ts';
import type { AssignedPartition, Assignments, CatalogNews } from '../private/messages.ts';
import { Heartbeat, privateApiKeys, RegisterSpu, ReportReplicas } from '../private/messages.ts';
import { FindSmartModule } from '../private/smartmodules.ts';
import type { Metadata } from './metadata.ts';
import { leadershipOf, splitPartitionName } from './objects.ts';
import type { SmartModules } from './smartmodules.ts';
import type { SpuLink, Spus } from './spus.ts';
import type { StoredObject } from './store.ts';
import { follow } from './store.ts';

/** What the API works on. */
export interface PrivateParts {
  readonly metadata: Metadata;
  readonly spus: Spus;
  readonly smartModules: SmartModules;
  readonly log: Logger;
}

/** The routes of one connection. */
export function privateRoutes({ metadata, spus, smartModules, log }: PrivateParts, pipe: BytePipe): Route[] {
  let link: SpuLink | undefined;

  /** Serves an SPU from its registration to the end of its connection. */
  const hold = async (mine: SpuLink, call: Call<Assignments>): Promise<void> => {
    try {
      await Promise.race([introduce(metadata, call), assign(metadata, mine.id, call), catalogue(metadata, call)]);
    } catch {
      // The connection is over.
    }
    try {
      await spus.lost(mine);
    } catch (error) {
      // The disk refused the news. It is told when the SPU comes back, or when this SC starts again.
      log('error', 'an SPU could not be marked offline', { id: mine.id, reason: reasonOf(error) });
    }
  };

  return [
    on(ScApiVersions, () => ({ errorCode: NO_ERROR, apiKeys: privateApiKeys, platformVersion: '0.0.0' })),
    on(RegisterSpu, async (request, call) => {
      const mine: SpuLink = {
        id: request.id,
        close: (reason) => pipe.close(clusterError('cluster/link', { id: request.id, reason })),
      };
      const errorCode = await spus.register(request, mine);
      if (errorCode.kind !== 'None') {
        return { errorCode, clusterId: metadata.clusterId, ...noAssignments };
      }
      link = mine;
      void hold(mine, call);
      return undefined;
    }),
    on(ReportReplicas, ({ replicas, inSyncChanges }) => {
      if (link === undefined || !spus.report(link, replicas)) return { errorCode: { kind: 'SpuNotFound' as const } };
      if (inSyncChanges.length > 0) {
        // What the disk refuses is asked for again with the next report.
        spus.changeInSync(link, inSyncChanges).catch((error) => {
          log('error', 'an in-sync set could not be changed', { reason: reasonOf(error) });
        });
      }
      return { errorCode: NO_ERROR };
    }),
    on(FindSmartModule, (request) => smartModules.find(request)),
    on(Heartbeat, ({ spuId, loops }) => ({
      errorCode: spus.heard(spuId, loops) ? NO_ERROR : { kind: 'SpuNotFound' as const },
    })),
  ];
}

const noAssignments = { everything: false, updated: [], removed: [], peers: undefined, catalog: undefined };

/** Keeps an SPU told where the others are, until its connection ends. */
function introduce(metadata: Metadata, call: Call<Assignments>): Promise<void> {
  let last = '';
  return follow(metadata.stores.SPU, call.signal, async () => {
    const peers = metadata.stores.SPU.all().map(({ spec: { id, privateEndpoint } }) => ({
      id,
      host: privateEndpoint.host,
      port: privateEndpoint.port,
    }));
    const told = JSON.stringify(peers);
    if (told === last) return;
    last = told;
    await call.push({ errorCode: NO_ERROR, clusterId: metadata.clusterId, ...noAssignments, peers });
  });
}

/** Keeps an SPU told which partitions it holds, until its connection ends. */
function assign(metadata: Metadata, spuId: number, call: Call<Assignments>): Promise<void> {
  const told = new Set<string>();
  let lastTold = new Map<string, StoredObject<'Partition'>>();
  return follow(metadata.stores.Partition, call.signal, async (update) => {
    const everything = update.kind === 'everything';
    if (everything) {
      told.clear();
      lastTold = new Map();
    }
    const held: AssignedPartition[] = [];
    const removed: string[] = [];
    for (const partition of everything ? update.all : update.updated) {
      const { name, uid, spec } = partition;
      const last = lastTold.get(name);
      if (!spec.replicas.includes(spuId)) {
        if (told.delete(name)) removed.push(name);
      } else if (last?.uid !== uid || last.spec !== spec || last.leadership !== partition.leadership) {
        told.add(name);
        lastTold.set(name, partition);
        const { epoch, version, inSync } = leadershipOf(partition);
        held.push({ replica: splitPartitionName(name), incarnation: uid, spec, epoch, version, inSync });
      }
    }
    for (const { name } of everything ? [] : update.deleted) {
      lastTold.delete(name);
      if (told.delete(name)) removed.push(name);
    }
    // What SPUs report changes partitions as well, and is no news to them.
    if (!everything && held.length === 0 && removed.length === 0) return;
    await call.push({
      errorCode: NO_ERROR,
      clusterId: metadata.clusterId,
      everything,
      updated: held,
      removed: removed.map(splitPartitionName),
      peers: undefined,
      catalog: undefined,
    });
  });
}

/** Keeps an SPU told which partitions there are, and who leads the topic of consumer offsets, until its connection ends. */
function catalogue(metadata: Metadata, call: Call<Assignments>): Promise<void> {
  const lives = new Map<string, string>();
  let leader: number | undefined;
  return follow(metadata.stores.Partition, call.signal, async (update) => {
    const everything = update.kind === 'everything';
    if (everything) lives.clear();
    const present: CatalogNews['present'][number][] = [];
    let offsetsLeader: number | undefined;
    for (const { name, uid, spec } of everything ? update.all : update.updated) {
      if (name === CONSUMER_OFFSET_PARTITION && spec.leader !== leader) {
        leader = spec.leader;
        offsetsLeader = leader;
      }
      if (lives.get(name) === uid) continue;
      lives.set(name, uid);
      present.push({ replica: splitPartitionName(name), incarnation: uid });
    }
    const gone: string[] = [];
    for (const { name } of everything ? [] : update.deleted) if (lives.delete(name)) gone.push(name);
    // What SPUs report changes partitions as well, and is no news of this kind.
    if (!everything && present.length === 0 && gone.length === 0 && offsetsLeader === undefined) return;
    const catalog = { everything, present, gone: gone.map(splitPartitionName), offsetsLeader };
    await call.push({ errorCode: NO_ERROR, clusterId: metadata.clusterId, ...noAssignments, catalog });
  });
}
