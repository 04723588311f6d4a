/** Starts one member process and waits until it serves. */
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Address, FluvioError } from '@fluvio-ts/protocol';
import type { ClusterCodes } from '../errors.ts';
import { clusterError } from '../errors.ts';
import type { MemberTask, RunningMember, StartContext } from '../members/member.ts';
import { memberName } from '../members/member.ts';
import { toText } from '../members/task-text.ts';
import { endProcesses } from './end.ts';
import { isAlive, markOf } from './identity.ts';
import { serveManaged } from './managed-requests.ts';
import type { Lifetime, MemberNews } from './messages.ts';
import { newsOf, RELEASE } from './messages.ts';
import { openQuestions } from './questions.ts';

/** The compiled programs; this file may run as a source, they cannot. */
const program = (member: MemberTask['member']): string =>
  fileURLToPath(new URL(`../../dist/processes/${member}/main.js`, import.meta.url));

/** Starts a member. @throws `cluster/start-failed`, or what the member says, such as `cluster/port-taken` */
export async function launch(
  task: MemberTask,
  lifetime: Lifetime,
  { signal, managedSpus, onStruck }: StartContext,
): Promise<RunningMember> {
  signal.throwIfAborted();
  const name = memberName(task.member === 'sc' ? 'sc' : task.id);
  const logFile = join(task.dataDir, 'logs', `${name}.log`);
  mkdirSync(dirname(logFile), { recursive: true });
  const output = openSync(logFile, 'a');
  let child: ChildProcess;
  try {
    child = spawn(process.execPath, [program(task.member), toText(task)], {
      // In a session of its own, so that a terminal that is closed does not take it along.
      detached: lifetime === 'detached',
      stdio: ['ignore', output, output, 'ipc'],
      windowsHide: true,
    });
  } finally {
    closeSync(output);
  }

  const heard: MemberNews[] = [];
  const questions = openQuestions(child);
  const listeners = new Set<() => void>();
  let over = false;
  let failure: Error | undefined;
  const wake = (): void => {
    for (const listener of [...listeners]) listener();
  };
  child.on('message', (message) => {
    const news = newsOf(message);
    if (news?.news === 'managed') {
      void serveManaged(news, managedSpus, (answer) => {
        // A member that has ended meanwhile asks again when it starts.
        if (child.connected) child.send(answer, () => {});
      });
    } else if (news?.news === 'struck') onStruck(news.fault);
    else if (news?.news === 'answer') questions.answered(news);
    else if (news !== undefined) heard.push(news);
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
    questions.close();
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
  const record = {
    name,
    ...(task.member === 'spu' ? { id: task.id } : {}),
    ...markOf(child.pid),
    address,
    ...(privateAddress === undefined ? {} : { privateAddress }),
    logFile,
  };
  let frozen = false;
  return {
    record,
    get state() {
      return !isAlive(record) ? 'ended' : frozen ? 'frozen' : 'running';
    },
    kill: () => endProcesses([record], 'SIGKILL'),
    shutdown: () => endProcesses([record]),
    freeze() {
      frozen = process.kill(record.pid, 'SIGSTOP');
    },
    thaw() {
      process.kill(record.pid, 'SIGCONT');
      frozen = false;
    },
    ask: questions.ask,
    settled: async () => (await news('settled'))?.news === 'settled',
    release() {
      signal.removeEventListener('abort', kill);
      questions.close();
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
