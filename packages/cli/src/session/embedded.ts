/** The embedded cluster of a folder, as its record says. */
import { type ClusterStatus, clusterStatus } from '@fluvio-ts/cluster';
import { isFluvioError } from '@fluvio-ts/protocol';
import { cliError } from '../errors/errors.ts';

/** How it stands; undefined where there is none. @throws `cluster/not-a-data-dir` for a folder that is something else */
export function embeddedStatus(dataDir: string): ClusterStatus | undefined {
  try {
    return clusterStatus(dataDir);
  } catch (error) {
    if (isFluvioError(error, 'cluster/not-a-data-dir') && /does not exist|has no cluster\.json/.test(error.message)) {
      return undefined;
    }
    throw error;
  }
}

/** How it stands. @throws `cluster/none`, `cluster/not-a-data-dir` */
export function requireEmbedded(dataDir: string): ClusterStatus {
  const found = embeddedStatus(dataDir);
  if (found === undefined) throw cliError('cluster/none', { dataDir });
  return found;
}
