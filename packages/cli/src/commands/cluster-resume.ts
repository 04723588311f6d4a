/** `flv cluster resume` */
import { resumeCluster } from '@fluvio-ts/cluster';
import { printDone } from '../output/print.ts';
import type { Cli } from '../session/cli.ts';
import { dataDirOf } from '../session/data-dir.ts';
import { requireEmbedded } from '../session/embedded.ts';
import type { ClusterResume } from '../spec/cluster.ts';
import { formatElapsed } from '../values/duration.ts';

const TICK_MS = 100;

export async function run({ options }: ClusterResume, cli: Cli): Promise<void> {
  const { globals, signal, talk } = cli;
  const dataDir = dataDirOf(options.dataDir, cli.env);
  requireEmbedded(dataDir);
  const began = performance.now();
  const elapsed = (): string => formatElapsed(performance.now() - began);
  const tick = setInterval(() => talk.progress(`starting what has ended … ${elapsed()}`), TICK_MS);
  let started: readonly string[];
  try {
    started = await resumeCluster(dataDir, {
      ports: options.anyPort ? 'any' : 'fixed',
      signal,
      ...(globals.timeout !== undefined && { startTimeoutMs: Math.max(1, globals.timeout) }),
    });
  } finally {
    clearInterval(tick);
    talk.clear();
  }
  const { endpoint } = requireEmbedded(dataDir);
  const sentence =
    started.length === 0
      ? `cluster at ${endpoint} runs already, with all of its processes`
      : `cluster at ${endpoint} resumed: started ${started.join(', ')} (${elapsed()})`;
  await printDone(cli, sentence, { kind: 'cluster', action: 'resumed', endpoint, dataDir, started });
}
