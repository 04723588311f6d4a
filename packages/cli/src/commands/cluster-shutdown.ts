/** `flv cluster shutdown` */
import { stopCluster } from '@fluvio-ts/cluster';
import { printDone } from '../output/print.ts';
import type { Cli } from '../session/cli.ts';
import { dataDirOf } from '../session/data-dir.ts';
import { requireEmbedded } from '../session/embedded.ts';
import type { ClusterShutdown } from '../spec/cluster.ts';

export async function run({ options }: ClusterShutdown, cli: Cli): Promise<void> {
  const dataDir = dataDirOf(options.dataDir, cli.env);
  const { state, endpoint } = requireEmbedded(dataDir);
  await stopCluster(dataDir);
  const sentence = state === 'stopped' ? `cluster in ${dataDir} was not running` : `cluster at ${endpoint} stopped`;
  await printDone(cli, sentence, { kind: 'cluster', action: 'stopped', endpoint, dataDir, before: state });
  cli.talk.note('its data stays: flv cluster resume continues it, flv cluster delete deletes it');
}
