/** A cluster of processes as its data folder tells of it: for programs that did not start it. */
import { existsSync, readdirSync } from 'node:fs';
import { rm, rmdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { formatAddress } from '@fluvio-ts/protocol';
import { clusterError } from '../errors.ts';
import type { MemberId, MemberRecord } from '../members/member.ts';
import { memberName } from '../members/member.ts';
import type { ClientTls } from '../security/cluster-tls.ts';
import { tlsPaths } from '../security/cluster-tls.ts';
import { endProcesses } from './end.ts';
import { isAlive } from './identity.ts';
import type { Lifetime } from './messages.ts';
import type { ClusterRecord } from './record.ts';
import { aliveMembers, readRecord } from './record.ts';

/** A process of a cluster, and whether it is there. */
export interface MemberStatus extends MemberRecord {
  readonly alive: boolean;
}

/** How a cluster stands. */
export interface ClusterStatus {
  readonly dataDir: string;
  /** `partial`: some of its processes have ended. */
  readonly state: 'running' | 'partial' | 'stopped';
  /** Address of the SC, `host:port`; what it was when the cluster last ran. */
  readonly endpoint: string;
  readonly lifetime: Lifetime;
  /** For TLS: the cluster's name in its certificates, and where what clients need is kept. */
  readonly tls?: { readonly domain: string; readonly paths: ClientTls['paths'] };
  readonly members: readonly MemberStatus[];
}

/** What a cluster keeps in its data folder. */
const isOurs = (name: string): boolean =>
  ['metadata', 'logs', 'tls', 'cluster.json', 'cluster.json.new', 'managed.json', 'managed.json.new', '.lock'].includes(
    name,
  ) || /^spu-logs-\d+$/.test(name);

/** How the cluster of a data folder stands. @throws FluvioError `cluster/not-a-data-dir` */
export function clusterStatus(dataDir: string): ClusterStatus {
  const record = recordOf(dataDir);
  const members = record.members.map((member) => ({ ...member, alive: isAlive(member) }));
  const alive = members.filter((member) => member.alive).length;
  const sc = members.find(({ name }) => name === 'sc');
  return {
    dataDir: resolve(dataDir),
    state: alive === 0 ? 'stopped' : alive === members.length ? 'running' : 'partial',
    endpoint: sc === undefined ? '' : formatAddress(sc.address),
    lifetime: record.lifetime,
    ...(record.settings.tls !== undefined && { tls: tlsPaths(record.settings.tls, resolve(dataDir)) }),
    members,
  };
}

/**
 * Ends the processes of a data folder's cluster; its data stays. Resolves when they are gone; at once if they are already.
 *
 * @throws FluvioError `cluster/not-a-data-dir`, `cluster/stop-failed`
 */
export async function stopCluster(dataDir: string): Promise<void> {
  const sc = recordOf(dataDir).members.filter(({ name }) => name === 'sc');
  await endProcesses(sc);
  // Without an SC nobody starts more of them.
  await endProcesses(recordOf(dataDir).members);
}

/**
 * Kills one process of a data folder's cluster, by SIGKILL; {@link resumeCluster} starts it again.
 *
 * @throws FluvioError `cluster/not-a-data-dir`, `cluster/unknown-member`, `cluster/not-running`
 */
export async function killMember(dataDir: string, id: MemberId): Promise<MemberRecord> {
  const name = memberName(id);
  const member = recordOf(dataDir).members.find((one) => one.name === name);
  if (member === undefined) throw clusterError('cluster/unknown-member', { name });
  if (!isAlive(member)) throw clusterError('cluster/not-running', { name });
  await endProcesses([member], 'SIGKILL');
  return member;
}

/**
 * Deletes what a cluster keeps in its data folder, and the folder if nothing else is in it.
 *
 * @throws FluvioError `cluster/not-a-data-dir` for a folder that no cluster has been in, `cluster/data-dir-in-use` while one
 *   runs
 */
export async function deleteClusterData(dataDir: string): Promise<void> {
  const [alive] = aliveMembers(recordOf(dataDir));
  if (alive !== undefined) throw clusterError('cluster/data-dir-in-use', { dataDir, pid: alive.pid });
  const names = readdirSync(dataDir);
  // The record goes last: as long as anything is left, it can be deleted again.
  for (const name of names.filter(isOurs).filter((name) => name !== 'cluster.json')) {
    await rm(join(dataDir, name), { recursive: true, force: true, maxRetries: 3 });
  }
  await rm(join(dataDir, 'cluster.json'), { force: true });
  if (names.every(isOurs)) await rmdir(dataDir);
}

function recordOf(dataDir: string): ClusterRecord {
  if (!existsSync(dataDir)) throw clusterError('cluster/not-a-data-dir', { dataDir, reason: 'it does not exist' });
  const record = readRecord(dataDir);
  if (record === undefined) throw clusterError('cluster/not-a-data-dir', { dataDir, reason: 'it has no cluster.json' });
  return record;
}
