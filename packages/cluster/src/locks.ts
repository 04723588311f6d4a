/** One process for one folder: a lock file that names its holder, and is worthless once that process has ended. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { clusterError } from './errors.ts';
import type { ProcessMark } from './processes/identity.ts';
import { isAlive, markOf } from './processes/identity.ts';

/** A folder that is held. */
export interface FolderLock {
  release(): void;
}

/** The holder's process. `origin` tells two processes of one number apart where the system does not say when they started. */
interface Holder extends ProcessMark {
  readonly origin: number;
}

const NAME = '.lock';

/** Holds a folder, which is made when it is missing. @throws `cluster/data-dir-in-use` */
export function lockFolder(dir: string): FolderLock {
  mkdirSync(dir, { recursive: true });
  const path = join(dir, NAME);
  const me: Holder = { ...markOf(process.pid), origin: performance.timeOrigin };
  for (let attempt = 0; ; attempt++) {
    try {
      writeFileSync(path, JSON.stringify(me), { flag: 'wx' });
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || attempt > 2) throw error;
      const holder = readHolder(path);
      if (holder !== undefined && holds(holder, me)) {
        throw clusterError('cluster/data-dir-in-use', { dataDir: dir, pid: holder.pid });
      }
      rmSync(path, { force: true });
    }
  }
  return { release: () => rmSync(path, { force: true }) };
}

function holds(holder: Holder, me: Holder): boolean {
  // In a container a program may well have the number of the one that held the folder before it.
  if (holder.pid === me.pid && me.startedAt === undefined) return holder.origin === me.origin;
  return isAlive(holder);
}

function readHolder(path: string): Holder | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'));
    const { pid, startedAt, origin } = value as Partial<Record<keyof Holder, unknown>>;
    if (typeof pid !== 'number' || typeof origin !== 'number') return undefined;
    return { pid, origin, startedAt: typeof startedAt === 'string' ? startedAt : undefined };
  } catch {
    return undefined;
  }
}
