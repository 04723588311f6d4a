/** `flv profile export` */
import {
  clusterDocument,
  exportProfile,
  findProfile,
  inlineCertificates,
  openProfiles,
  setCluster,
} from '@fluvio-ts/profiles';
import { printValue } from '../output/print.ts';
import type { Cli } from '../session/cli.ts';
import { currentName } from '../session/profile-choice.ts';
import type { ProfileExport } from '../spec/profile.ts';

export async function run({ args, options }: ProfileExport, cli: Cli): Promise<void> {
  const { env, signal, globals } = cli;
  const store = await openProfiles({ env, signal });
  const { name, clusterName, cluster } = findProfile(store.config, args.name ?? currentName(store, env));
  // Files of this machine are of no use on another one.
  const whole = await inlineCertificates(cluster, { name: clusterName, signal });
  const format = options.output ?? (globals.json ? 'json' : 'toml');
  if (format === 'toml') await cli.out.write(exportProfile(setCluster(store.config, clusterName, whole), name));
  else await printValue(cli, clusterDocument(whole), format);
}
