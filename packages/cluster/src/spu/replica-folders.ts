/**
 * The folders of an SPU's replicas, and which life of a partition each belongs to.
 *
 * A topic that was deleted while its SPU was away, and made again under the same name, must not come back with the old
 * records. So each folder has a file `incarnation.json` beside the segments. Folders without it, such as those of a real
 * Fluvio, are taken over; folders of another cluster are put aside, never deleted.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from '../logger.ts';
import { reasonOf } from '../logger.ts';

/** One life of a partition. */
export interface Life {
  readonly clusterId: string;
  /** Differs between a topic and a later one of the same name. */
  readonly incarnation: string;
}

/** The folders under one path. */
export interface ReplicaFolders {
  /** Makes a partition's folder, or takes it over, so that it belongs to `life`; another life's is moved out of the way. */
  claim(name: string, life: Life): void;
  /** Removes a partition's folder, if it is this cluster's. */
  remove(name: string, clusterId: string): void;
  /** Removes every folder of this cluster that is not among `names`: partitions that were deleted meanwhile. */
  removeAllBut(names: ReadonlySet<string>, clusterId: string): void;
}

const MARK = 'incarnation.json';
/** Folders that only wait to be deleted begin with this, and those of other clusters with that. */
const REMOVED = '.removed-';
const FOREIGN = '.foreign-';

/** Opens the folders under `dir`, which is made when it is missing. What an earlier process left half-deleted goes now. */
export function replicaFolders(dir: string, log: Logger): ReplicaFolders {
  mkdirSync(dir, { recursive: true });
  for (const name of readdirSync(dir)) if (name.startsWith(REMOVED)) removeLater(name);

  function removeLater(name: string): void {
    rm(join(dir, name), { recursive: true, force: true }).catch((error) => {
      log('warn', 'a removed partition could not be deleted', { path: join(dir, name), reason: reasonOf(error) });
    });
  }

  /** Renames a folder, so that its place is free at once. */
  const moveAway = (name: string, prefix: string): string => {
    let target = `${prefix}${name}`;
    for (let i = 1; existsSync(join(dir, target)); i++) target = `${prefix}${i}-${name}`;
    renameSync(join(dir, name), join(dir, target));
    return target;
  };

  return {
    claim(name, life) {
      const path = join(dir, name);
      const found = readMark(path);
      if (found !== undefined && found.clusterId !== life.clusterId) {
        log('warn', 'a folder belongs to another cluster and is put aside', { path, as: moveAway(name, FOREIGN) });
      } else if (found !== undefined && found.incarnation !== life.incarnation) {
        removeLater(moveAway(name, REMOVED));
      }
      mkdirSync(path, { recursive: true });
      writeFileSync(join(path, MARK), `${JSON.stringify(life)}\n`);
    },
    remove(name, clusterId) {
      if (readMark(join(dir, name))?.clusterId === clusterId) removeLater(moveAway(name, REMOVED));
    },
    removeAllBut(names, clusterId) {
      for (const name of readdirSync(dir)) {
        if (name.startsWith('.') || names.has(name) || readMark(join(dir, name))?.clusterId !== clusterId) continue;
        log('info', 'removing a partition that was deleted meanwhile', { partition: name });
        removeLater(moveAway(name, REMOVED));
      }
    },
  };
}

/** The life that a folder belongs to; undefined where nothing says so. */
function readMark(path: string): Life | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(join(path, MARK), 'utf8'));
    if (typeof value !== 'object' || value === null) return undefined;
    const { clusterId, incarnation } = value as Partial<Record<keyof Life, unknown>>;
    return typeof clusterId === 'string' && typeof incarnation === 'string' ? { clusterId, incarnation } : undefined;
  } catch {
    return undefined;
  }
}
