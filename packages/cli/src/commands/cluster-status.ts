/** `flv cluster status` */
import type { ClusterStatus as Processes } from '@fluvio-ts/cluster';
import { formatAddress, isFluvioError } from '@fluvio-ts/protocol';
import { cliError } from '../errors/errors.ts';
import { formatOf, isForPrograms, printList, printValue } from '../output/print.ts';
import type { Cli } from '../session/cli.ts';
import { askCluster, type ClusterView } from '../session/cluster-view.ts';
import { dataDirOf } from '../session/data-dir.ts';
import { embeddedStatus, requireEmbedded } from '../session/embedded.ts';
import { findTarget, readTls, type Target } from '../session/target.ts';
import type { ClusterStatus } from '../spec/cluster.ts';

/** What there is to ask: a cluster to connect to, the processes of an embedded one, or both. */
interface Subject {
  readonly target: Target;
  readonly processes: Processes | undefined;
}

export async function run({ options }: ClusterStatus, cli: Cli): Promise<void> {
  const { target, processes } = await subjectOf(options.dataDir, cli);
  const stopped = processes?.state === 'stopped';
  const { view, error } = stopped ? { view: undefined, error: undefined } : await ask(target, cli);
  const problems = [...processProblems(processes), ...(error === undefined ? (view?.problems ?? []) : [error.message])];
  await print({ target, processes, view, problems }, cli);
  if (problems.length > 0) throw cliError('cluster/unhealthy', { problems }, error);
}

async function subjectOf(given: string | undefined, cli: Cli): Promise<Subject> {
  const dataDir = dataDirOf(given, cli.env);
  if (given !== undefined) return await embedded(requireEmbedded(dataDir));
  const processes = embeddedStatus(dataDir);
  try {
    const target = await findTarget(cli);
    return { target, processes: processes?.endpoint === target.endpoint ? processes : undefined };
  } catch (error) {
    const noProfile = isFluvioError(error, 'profile/no-file') || isFluvioError(error, 'profile/none-current');
    if (!noProfile) throw error;
    if (processes === undefined) throw cliError('cluster/none', { dataDir }, error);
    return await embedded(processes);
  }
}

const embedded = async (processes: Processes): Promise<Subject> => ({
  target: {
    endpoint: processes.endpoint,
    tls: processes.tls && (await readTls(processes.tls)),
    spuAddress: 'public',
    gateway: undefined,
    from: processes.dataDir,
  },
  processes,
});

async function ask(target: Target, cli: Cli): Promise<{ readonly view?: ClusterView; readonly error?: Error }> {
  try {
    return { view: await askCluster(target, cli) };
  } catch (error) {
    if (!isFluvioError(error) || cli.signal.aborted) throw error;
    return { error };
  }
}

function processProblems(processes: Processes | undefined): readonly string[] {
  if (processes === undefined) return [];
  if (processes.state === 'stopped') return ['it is stopped (flv cluster resume continues it)'];
  return processes.members
    .filter(({ alive }) => !alive)
    .map(
      ({ name, logFile }) => `process ${name} has ended (flv cluster resume starts it again; its log is ${logFile})`,
    );
}

interface Report extends Subject {
  readonly view: ClusterView | undefined;
  readonly problems: readonly string[];
}

async function print({ target, processes, view, problems }: Report, cli: Cli): Promise<void> {
  const { out } = cli;
  const format = formatOf(cli);
  if (isForPrograms(format)) {
    const value = {
      endpoint: target.endpoint,
      from: target.from,
      healthy: problems.length === 0,
      problems,
      platformVersion: view?.platformVersion ?? null,
      spus: view?.spus ?? null,
      topics: view?.topics ?? null,
      partitions: view?.partitions ?? null,
      embedded: processes ?? null,
    };
    await printValue(cli, value, format);
    return;
  }
  const facts: (readonly [string, string])[] = [['Cluster', `${target.endpoint} (${target.from})`]];
  if (view !== undefined) facts.push(['Version', view.platformVersion]);
  if (processes !== undefined) facts.push(['Data', processes.dataDir]);
  if (view !== undefined) {
    facts.push(['SPUs', `${view.spus.online} of ${view.spus.total} online`]);
    facts.push(['Topics', String(view.topics)]);
    facts.push(['Partitions', `${view.partitions.online} of ${view.partitions.total} online`]);
  }
  const healthy = problems.length === 0;
  facts.push(['Health', out.paint(healthy ? 'green' : 'red', healthy ? 'healthy' : 'unhealthy')]);
  const width = Math.max(...facts.map(([title]) => title.length)) + 1;
  for (const [title, text] of facts) await out.line(`${out.paint('bold', `${title}:`.padEnd(width))} ${text}`);
  if (processes === undefined) return;
  await out.line('');
  await printList(cli, {
    items: processes.members,
    columns: [
      { title: 'PROCESS', cell: ({ name }) => name },
      {
        title: 'STATE',
        cell: ({ alive }) => (alive ? 'running' : 'ended'),
        style: (text, { alive }) => out.paint(alive ? 'green' : 'red', text),
      },
      { title: 'ADDRESS', cell: ({ address }) => formatAddress(address) },
      { title: 'PID', cell: ({ pid }) => String(pid), align: 'right' },
      { title: 'LOG', cell: ({ logFile }) => logFile ?? '' },
    ],
    empty: 'no processes',
  });
}
