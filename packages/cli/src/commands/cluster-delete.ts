/** `flv cluster delete` */
import { deleteClusterData, stopCluster } from '@fluvio-ts/cluster';
import {
  deleteCluster,
  deleteProfile,
  openProfiles,
  type ProfileConfig,
  profilePath,
  updateProfiles,
} from '@fluvio-ts/profiles';
import { printDone } from '../output/print.ts';
import type { Cli } from '../session/cli.ts';
import { confirmed } from '../session/confirm.ts';
import { dataDirOf } from '../session/data-dir.ts';
import { requireEmbedded } from '../session/embedded.ts';
import type { ClusterDelete } from '../spec/cluster.ts';

export async function run({ options }: ClusterDelete, cli: Cli): Promise<void> {
  const dataDir = dataDirOf(options.dataDir, cli.env);
  const { endpoint } = requireEmbedded(dataDir);
  if (!options.force) {
    await confirmed(cli, {
      action: `delete the cluster in ${dataDir} with all its topics and records`,
      unattended: 'refuse',
    });
  }
  await stopCluster(dataDir);
  await deleteClusterData(dataDir);
  const profiles = await forget(endpoint, cli);
  await printDone(cli, `cluster in ${dataDir} deleted`, {
    kind: 'cluster',
    action: 'deleted',
    endpoint,
    dataDir,
    profiles,
  });
  for (const name of profiles) cli.talk.note(`profile '${name}' led to it and is deleted, too`);
}

/** Deletes the profiles of local clusters at this address, which lead nowhere now. */
async function forget(endpoint: string, { env }: Cli): Promise<readonly string[]> {
  const leadsThere = (config: ProfileConfig): readonly string[] =>
    [...config.profiles].flatMap(([name, { cluster }]) => {
      const entry = config.clusters.get(cluster);
      return entry?.endpoint === endpoint && entry.metadata.installation === 'local' ? [name] : [];
    });
  const names = leadsThere((await openProfiles({ env })).config);
  if (names.length === 0) return names;
  await updateProfiles(profilePath({ env }), (before) => {
    let config = before;
    for (const name of leadsThere(before)) {
      const cluster = config.profiles.get(name)?.cluster;
      config = deleteProfile(config, name);
      const used = [...config.profiles.values()].some((profile) => profile.cluster === cluster);
      if (cluster !== undefined && !used && config.clusters.has(cluster)) config = deleteCluster(config, cluster);
    }
    return config;
  });
  return names;
}
