/** What a cluster says of itself, and what is wrong with that. */
import { admin } from '@fluvio-ts/admin';
import type { Cli } from './cli.ts';
import { connectTo } from './connect.ts';
import type { Target } from './target.ts';

/** How many there are, and how many of them are online. */
export interface Count {
  readonly online: number;
  readonly total: number;
}

/** See the file's head. */
export interface ClusterView {
  readonly platformVersion: string;
  readonly spus: Count;
  readonly topics: number;
  readonly partitions: Count;
  readonly problems: readonly string[];
}

const MOST_NAMES = 5;

/** Connects and looks. @throws what connecting throws */
export async function askCluster(target: Target, cli: Cli): Promise<ClusterView> {
  const { signal } = cli;
  const client = await connectTo(cli, target);
  try {
    const { topics, partitions, spus } = admin(client);
    const [allTopics, allPartitions, allSpus] = await Promise.all([
      topics.list({ system: 'include', signal }),
      partitions.list({ system: 'include', signal }),
      spus.list({ signal }),
    ]);
    const lostSpus = allSpus.filter(({ status }) => status.resolution !== 'Online');
    const lostPartitions = allPartitions.filter(({ status }) => status.resolution !== 'Online');
    const waiting = allTopics.filter(({ status }) => status.resolution !== 'Provisioned');
    // Nobody has made these, so nobody counts them; ill ones are problems all the same.
    const hidden = new Set(allTopics.filter(({ spec }) => spec.system).map(({ name }) => name));
    const own = allPartitions.filter(({ topic }) => !hidden.has(topic));
    const problems: string[] = [];
    if (allSpus.length === 0) problems.push('it has no SPU');
    if (lostSpus.length > 0) problems.push(`SPUs not online: ${some(lostSpus.map(({ spec }) => String(spec.id)))}`);
    if (waiting.length > 0) problems.push(`topics not provisioned: ${some(waiting.map(({ name }) => name))}`);
    if (lostPartitions.length > 0) {
      problems.push(`partitions not online: ${some(lostPartitions.map(({ name }) => name))}`);
    }
    return {
      platformVersion: client.platformVersion,
      spus: { online: allSpus.length - lostSpus.length, total: allSpus.length },
      topics: allTopics.length - hidden.size,
      partitions: {
        online: own.filter(({ status }) => status.resolution === 'Online').length,
        total: own.length,
      },
      problems,
    };
  } finally {
    await client.close();
  }
}

const some = (names: readonly string[]): string =>
  names.length <= MOST_NAMES
    ? names.join(', ')
    : `${names.slice(0, MOST_NAMES).join(', ')} and ${names.length - MOST_NAMES} more`;
