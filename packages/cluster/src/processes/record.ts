/** `cluster.json` in the data folder: which processes run the cluster, where they listen, and how it was started. */
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { clusterError } from '../errors.ts';
import { reasonOf } from '../logger.ts';
import type { MemberRecord } from '../members/member.ts';
import type { ClusterSettings } from '../options.ts';
import { isAlive } from './identity.ts';
import type { Lifetime } from './messages.ts';

/** The cluster of a data folder. */
export interface ClusterRecord {
  readonly lifetime: Lifetime;
  readonly settings: ClusterSettings;
  readonly members: readonly MemberRecord[];
}

const FORMAT = 'fluvio-ts-cluster/1';

const managedIn = (dataDir: string): string => join(dataDir, 'managed.json');
const fileIn = (dataDir: string): string => join(dataDir, 'cluster.json');

/** Reads a folder's record; undefined if it has none. @throws `cluster/not-a-data-dir` for a file that is something else */
export function readRecord(dataDir: string): ClusterRecord | undefined {
  const path = fileIn(dataDir);
  if (!existsSync(path)) return undefined;
  const refuse = (reason: string): Error => clusterError('cluster/not-a-data-dir', { dataDir, reason });
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw refuse(`its cluster.json cannot be read: ${reasonOf(error)}`);
  }
  const { format, members } = (value ?? {}) as { readonly format?: unknown; readonly members?: unknown };
  if (format !== FORMAT || !Array.isArray(members)) throw refuse(`its cluster.json is not of the format ${FORMAT}`);
  const record = value as ClusterRecord;
  return { ...record, members: [...record.members, ...readManaged(dataDir)] };
}

/**
 * The SPUs of SPU groups that the SC of a detached cluster runs. A file of their own, because it has another writer; one that
 * cannot be read is as good as none.
 */
export function readManaged(dataDir: string): readonly MemberRecord[] {
  try {
    const { members } = JSON.parse(readFileSync(managedIn(dataDir), 'utf8')) as { readonly members?: unknown };
    return Array.isArray(members) ? (members as MemberRecord[]) : [];
  } catch {
    return [];
  }
}

/** Forgets them: this run of the cluster has someone else to run them. */
export const forgetManaged = (dataDir: string): void => rmSync(managedIn(dataDir), { force: true });

/** Writes them, as a whole. */
export function writeManaged(dataDir: string, members: readonly MemberRecord[]): void {
  const path = managedIn(dataDir);
  writeFileSync(`${path}.new`, `${JSON.stringify({ members }, undefined, 2)}\n`);
  renameSync(`${path}.new`, path);
}

/** Writes a folder's record, as a whole. */
export function writeRecord(dataDir: string, record: ClusterRecord): void {
  const path = fileIn(dataDir);
  writeFileSync(`${path}.new`, `${JSON.stringify({ format: FORMAT, ...record }, undefined, 2)}\n`);
  renameSync(`${path}.new`, path);
}

/** The members that still run. */
export function aliveMembers(record: ClusterRecord | undefined): readonly MemberRecord[] {
  return record?.members.filter(isAlive) ?? [];
}
