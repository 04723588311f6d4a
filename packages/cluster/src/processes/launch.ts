/** Starts one member process and waits until it serves. */
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Address, FluvioError } from '@fluvio-ts/protocol';
import type { ClusterCodes } from '../errors.ts';
import { clusterError } from '../errors.ts';
import { markOf } from './identity.ts';
import type { Lifetime, MemberNews, MemberTask } from './messages.ts';
import { newsOf, RELEASE } from './messages.ts';
import type { MemberRecord } from './record.ts';

/** A member process that serves. */
export interface LaunchedMember {
  readonly record: MemberRecord;
  /** Settles when the member has told the news, or has ended. */
  heard(news: MemberNews['news']): Promise<boolean>;
  /** Lets the member go: it survives this process, which hears no more of it. */
  release(): void;
}

/** How a member is launched. */
export interface LaunchOptions {
  readonly name: string;
  readonly task: MemberTask;
  readonly lifetime: Lifetime;
  /** Takes what the process writes. */
  readonly logFile: string;
  /** Kills the process, whether it serves by then or not. */
  readonly signal: AbortSignal;
}

/** The compiled programs; this file may run as a source, they cannot. */
const program = (member: MemberTask['member']): string =>
  fileURLToPath(new URL(`../../dist/processes/${member}/main.js`, import.meta.url));

/** Starts a member. @throws `cluster/start-failed`, or what the member says, such as `cluster/port-taken` */
export async function launch({ name, task, lifetime, logFile, signal }: LaunchOptions): Promise<LaunchedMember> {
  signal.throwIfAborted();
  mkdirSync(dirname(logFile), { recursive: true });
  const output = openSync(logFile, 'a');
  let child: ChildProcess;
  try {
    child = spawn(process.execPath, [program(task.member), JSON.stringify(task)], {
      // In a session of its own, so that a terminal that is closed does not take it along.
      detached: lifetime === 'detached',
      stdio: ['ignore', output, output, 'ipc'],
      windowsHide: true,
    });
  } finally {
    closeSync(output);
  }

  const heard: MemberNews[] = [];
  const listeners = new Set<() => void>();
  let over = false;
  let failure: Error | undefined;
  const wake = (): void => {
    for (const listener of [...listeners]) listener();
  };
  child.on('message', (message) => {
    const news = newsOf(message);
    if (news !== undefined) heard.push(news);
    wake();
  });
  child.on('error', (error) => {
    failure = error;
  });
  const kill = (): void => {
    child.kill('SIGKILL');
  };
  const finish = (): void => {
    over = true;
    signal.removeEventListener('abort', kill);
    wake();
  };
  signal.addEventListener('abort', kill, { once: true });
  child.once('exit', finish);
  child.once('error', finish);

  const news = (wanted: MemberNews['news']): Promise<MemberNews | undefined> =>
    new Promise((resolve) => {
      const look = (): void => {
        const found = heard.find(({ news }) => news === wanted || news === 'failed');
        if (found === undefined && !over) return;
        listeners.delete(look);
        resolve(found);
      };
      listeners.add(look);
      look();
    });

  const ready = await news('ready');
  if (ready?.news !== 'ready' || child.pid === undefined) {
    if (ready?.news === 'failed') throw memberError(name, ready, logFile);
    const reason = failure?.message ?? `its process ended with ${child.signalCode ?? `code ${child.exitCode}`}`;
    throw clusterError('cluster/start-failed', { process: name, reason, logFile }, failure);
  }
  const { address, privateAddress }: { address: Address; privateAddress?: Address } = ready;
  return {
    record: {
      name,
      ...(task.member === 'spu' ? { id: task.id } : {}),
      ...markOf(child.pid),
      address,
      ...(privateAddress === undefined ? {} : { privateAddress }),
      logFile,
    },
    heard: async (wanted) => (await news(wanted))?.news === wanted,
    release() {
      signal.removeEventListener('abort', kill);
      if (!child.connected) return;
      child.send(RELEASE, () => {
        child.disconnect();
        child.unref();
      });
    },
  };
}

/** An error that a member met, as an error of this process: those that tell what to do keep their code. */
function memberError(
  name: string,
  failed: Extract<MemberNews, { news: 'failed' }>,
  logFile: string,
): FluvioError<ClusterCodes> {
  const { code, context, message } = failed;
  if (code === 'cluster/port-taken' || code === 'cluster/listen' || code === 'cluster/data-dir-in-use') {
    return clusterError(code, context as never);
  }
  return clusterError('cluster/start-failed', { process: name, reason: message, logFile });
}
