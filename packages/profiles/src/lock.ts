/**
 * A lock between processes: a file beside the one that it guards.
 *
 * It is held for milliseconds, so a lock that outlives its process, or stays the same for seconds, was left behind and
 * is taken over. A holder that was only asleep learns of that from {@link Lock.held}, which it asks last before it
 * writes. Only the time between that answer and the write is unguarded.
 */
import { constants, copyFile, open, readFile, rename, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { profileError, stopIfAborted } from './errors.ts';
import { errorCode, unwritable } from './file.ts';

/** How long to wait for a lock. */
export interface LockOptions {
  /** The file that error texts name. */
  readonly path: string;
  /** Give up after so long. */
  readonly timeoutMs: number;
  /** Take over a lock that did not change for so long. */
  readonly staleMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** A lock that this process holds. */
export interface Lock {
  /** Whether nobody took it over. */
  held(): Promise<boolean>;
  /** Gives it back; safe when it was taken over. Never rejects. */
  release(): Promise<void>;
}

/**
 * Takes the lock of `target`, waiting for its holder.
 *
 * @throws `profile/locked` at the deadline, `profile/unwritable` when the folder takes no file, `request/aborted`.
 */
export async function takeLock(target: string, options: LockOptions): Promise<Lock> {
  const file = `${target}.lock`;
  const mine = JSON.stringify({ pid: process.pid, host: hostname(), token: crypto.randomUUID() });
  const began = performance.now();
  let seen: { readonly text: string; readonly since: number } | undefined;
  for (;;) {
    stopIfAborted(options.signal, `waiting for ${file}`);
    if (await create(file, mine, options.path)) return lock(file, mine);
    const text = await textOf(file);
    const now = performance.now();
    if (seen?.text !== text) seen = { text, since: now };
    const holder = parseHolder(text);
    const leftBehind = isDead(holder) || now - seen.since >= options.staleMs;
    if (leftBehind && (await takeAway(file, text))) continue;
    const waitedMs = Math.round(now - began);
    if (waitedMs >= options.timeoutMs) {
      const who = holder === undefined ? 'another process' : `process ${holder.pid} on ${holder.host}`;
      throw profileError('profile/locked', { path: options.path, lock: file, holder: who, waitedMs });
    }
    await pause(5 + Math.random() * 20, options.signal);
  }
}

function lock(file: string, mine: string): Lock {
  const held = async (): Promise<boolean> => (await textOf(file)) === mine;
  return {
    held,
    async release() {
      if (await held()) await rm(file, { force: true }).catch(() => undefined);
    },
  };
}

async function create(file: string, text: string, path: string): Promise<boolean> {
  try {
    const handle = await open(file, 'wx', 0o600);
    try {
      await handle.writeFile(text);
    } catch (error) {
      await rm(file, { force: true }).catch(() => undefined);
      throw error;
    } finally {
      await handle.close();
    }
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw unwritable(path, error);
  }
}

/**
 * Removes a lock that was left behind, if it can. Of several waiters one gets the file; one that finds it has moved another lock
 * than it meant to puts that back.
 */
async function takeAway(file: string, stale: string): Promise<boolean> {
  const aside = `${file}.${crypto.randomUUID()}`;
  try {
    await rename(file, aside);
  } catch {
    return false;
  }
  try {
    if ((await textOf(aside)) !== stale) await copyFile(aside, file, constants.COPYFILE_EXCL);
  } catch {
    // A third process has the lock by now; the one that lost it notices before it writes, and starts again.
  } finally {
    await rm(aside, { force: true }).catch(() => undefined);
  }
  return true;
}

/** The text of a lock file; empty when it is gone, not yet filled, or another user's. */
async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch {
    return '';
  }
}

interface Holder {
  readonly pid: number;
  readonly host: string;
}

function parseHolder(text: string): Holder | undefined {
  try {
    const { pid, host } = JSON.parse(text) as Partial<Record<string, unknown>>;
    return typeof pid === 'number' && Number.isSafeInteger(pid) && pid > 0 && typeof host === 'string'
      ? { pid, host }
      : undefined;
  } catch {
    // It is empty, see textOf.
    return undefined;
  }
}

/** Whether the holder surely runs no more; of another machine nobody knows. */
function isDead(holder: Holder | undefined): boolean {
  if (holder === undefined || holder.host !== hostname()) return false;
  try {
    process.kill(holder.pid, 0);
    return false;
  } catch (error) {
    return errorCode(error) === 'ESRCH';
  }
}

async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await sleep(ms, undefined, signal === undefined ? {} : { signal });
  } catch {
    // The signal is looked at next.
  }
}
