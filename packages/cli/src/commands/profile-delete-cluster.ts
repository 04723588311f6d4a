/** `flv profile delete-cluster` */
import { deleteCluster, profilePath, updateProfiles } from '@fluvio-ts/profiles';
import { printDone } from '../output/print.ts';
import type { Cli } from '../session/cli.ts';
import type { ProfileDeleteCluster } from '../spec/profile.ts';

export async function run({ args, options }: ProfileDeleteCluster, cli: Cli): Promise<void> {
  const { name } = args;
  const { env, signal, globals } = cli;
  const force = options.force || globals.yes;
  await updateProfiles(profilePath({ env }), (config) => deleteCluster(config, name, { force }), { signal });
  await printDone(cli, `cluster "${name}" deleted`, { name, kind: 'cluster', action: 'deleted' });
}
