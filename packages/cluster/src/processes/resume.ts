/** Starting what has ended of a detached cluster, as its folder tells of it: after a reboot, a crash, or a shutdown. */
import { resolve } from 'node:path';
import { runCluster } from '../cluster.ts';
import { DEFAULT_START_TIMEOUT_MS } from '../cluster-options.ts';
import { clusterError } from '../errors.ts';
import { lockFolder } from '../locks.ts';
import { silent } from '../logger.ts';
import type { MemberRecord, MemberTask } from '../members/member.ts';
import { spuName, whole } from '../options.ts';
import { isAlive } from './identity.ts';
import { launch } from './launch.ts';
import type { ClusterRecord } from './record.ts';
import { readManaged, readRecord, writeRecord } from './record.ts';

/** How {@link resumeCluster} waits. */
export interface ResumeOptions {
  /** Longest wait until everything serves, in milliseconds. Default 30,000. */
  readonly startTimeoutMs?: number;
  /** What becomes of ports that others have taken meanwhile: an error (`fixed`, the default), or others are chosen (`any`). */
  readonly ports?: 'fixed' | 'any';
  readonly signal?: AbortSignal;
}

/**
 * Starts every server of a data folder's cluster that has ended, with the settings and on the ports that it had. Resolves with
 * the names of those that were started: none when all run.
 *
 * @throws FluvioError `cluster/not-a-data-dir`, `cluster/data-dir-in-use` while another start is under way, and as
 *   {@link startCluster}
 */
export async function resumeCluster(dataDir: string, options: ResumeOptions = {}): Promise<readonly string[]> {
  const { startTimeoutMs = DEFAULT_START_TIMEOUT_MS, signal } = options;
  whole('startTimeoutMs', startTimeoutMs, 1);
  const dir = resolve(dataDir);
  const record = readRecord(dir);
  if (record === undefined) {
    throw clusterError('cluster/not-a-data-dir', { dataDir: dir, reason: 'it has no cluster.json' });
  }
  if (!record.members.some(isAlive)) {
    const { members } = await runCluster({
      settings: record.settings,
      mode: 'processes',
      dataDir: dir,
      lifetime: 'detached',
      ports: options.ports === 'any' ? { ports: 'any' } : portsOf(record),
      startTimeoutMs,
      log: silent,
      signal,
    });
    return members.map(({ name }) => name);
  }
  const lock = lockFolder(dir);
  try {
    return await startMissing(dir, record, startTimeoutMs, signal);
  } finally {
    lock.release();
  }
}

/** The ports that it had, as if they had been asked for: nobody else's would do. */
function portsOf({ members }: ClusterRecord) {
  const sc = members.find(({ name }) => name === 'sc');
  const spus = members.filter(({ id }) => id !== undefined);
  return {
    ...(sc === undefined ? {} : { scPort: sc.address.port }),
    ...(sc?.privateAddress === undefined ? {} : { scPrivatePort: sc.privateAddress.port }),
    spuPorts: spus.map(({ address }) => address.port),
  };
}

async function startMissing(
  dataDir: string,
  record: ClusterRecord,
  timeoutMs: number,
  signal: AbortSignal | undefined,
): Promise<readonly string[]> {
  const managed = new Set(readManaged(dataDir).map(({ name }) => name));
  let members = record.members.filter(({ name }) => !managed.has(name));
  // The SC first: SPUs need it. Those of SPU groups are the SC's to start.
  const ended = members.filter((member) => !isAlive(member)).sort((a, b) => (a.id ?? 0) - (b.id ?? 0));
  const deadline = AbortSignal.timeout(timeoutMs);
  const giveUp = signal === undefined ? deadline : AbortSignal.any([signal, deadline]);
  for (const member of ended) {
    const context = {
      signal: giveUp,
      managedSpus: { start: async () => {}, stop: async () => {} },
      onStruck: () => {},
    };
    let started: Awaited<ReturnType<typeof launch>>;
    try {
      started = await launch(taskOf(dataDir, record, members, member), 'detached', context);
    } catch (error) {
      if (signal?.aborted === true) throw clusterError('cluster/stopped', {}, signal.reason);
      if (deadline.aborted) {
        throw clusterError('cluster/start-timeout', { waitedMs: timeoutMs, missing: member.name }, error);
      }
      throw error;
    }
    members = members.map((one) => (one.name === member.name ? started.record : one));
    writeRecord(dataDir, { ...record, members });
    started.release();
  }
  return ended.map(({ name }) => name);
}

function taskOf(
  dataDir: string,
  { settings }: ClusterRecord,
  members: readonly MemberRecord[],
  { id, address, privateAddress }: MemberRecord,
): MemberTask {
  const common = { dataDir, settings, faults: [], port: address.port };
  if (id === undefined) {
    const privatePort = privateAddress?.port ?? 0;
    return { ...common, member: 'sc', privatePort, durable: true, managedSpus: 'self' };
  }
  const sc = members.find(({ name }) => name === 'sc');
  return { ...common, clockAheadMs: 0, member: 'spu', id, name: spuName(id), sc: sc?.privateAddress ?? address };
}
