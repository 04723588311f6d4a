/** The door: what a client's cluster can be asked to be. */
import type { Client, ConsumerOffsets } from '@fluvio-ts/client';
import { clusterOf } from '@fluvio-ts/client/internal';
import type { Mirrors } from './mirrors.ts';
import { mirrors } from './mirrors.ts';
import type { Partitions } from './partitions.ts';
import { partitions } from './partitions.ts';
import type { SmartModules } from './smartmodules/smartmodules.ts';
import { smartModules } from './smartmodules/smartmodules.ts';
import type { SpuGroups } from './spu-groups.ts';
import { spuGroups } from './spu-groups.ts';
import type { Spus } from './spus/spus.ts';
import { spus } from './spus/spus.ts';
import type { TableFormats } from './table-formats.ts';
import { tableFormats } from './table-formats.ts';
import type { Topics } from './topics/topics.ts';
import { topics } from './topics/topics.ts';

/** Administers one cluster. It holds nothing of its own: make as many as you like, and close the client. */
export interface Admin {
  readonly topics: Topics;
  readonly partitions: Partitions;
  readonly spus: Spus;
  readonly spuGroups: SpuGroups;
  readonly smartModules: SmartModules;
  readonly tableFormats: TableFormats;
  readonly mirrors: Mirrors;
  /** How far named consumers are: the same as the client's own. */
  readonly consumerOffsets: ConsumerOffsets;
}

/**
 * Administers the cluster that `client` is connected to, over its connection.
 *
 * The controller answers the requests of one connection one after another: while it creates a topic, which may take as
 * long as the partitions need to come online, everything else that this client asks it waits. Open a second client where
 * that matters.
 *
 * @throws `option/invalid` when the client was not made by `connect()`
 */
export function admin(client: Client): Admin {
  const cluster = clusterOf(client);
  return {
    topics: topics(cluster),
    partitions: partitions(cluster),
    spus: spus(cluster),
    spuGroups: spuGroups(cluster),
    smartModules: smartModules(cluster),
    tableFormats: tableFormats(cluster),
    mirrors: mirrors(cluster),
    consumerOffsets: client.consumerOffsets,
  };
}
