/** `flv cluster spu kill` */
import { killMember } from '@fluvio-ts/cluster';
import { printDone } from '../output/print.ts';
import { UsageError } from '../parse/usage-error.ts';
import type { Cli } from '../session/cli.ts';
import { dataDirOf } from '../session/data-dir.ts';
import { requireEmbedded } from '../session/embedded.ts';
import type { SpuKill } from '../spec/cluster.ts';

export async function run({ args, options }: SpuKill, cli: Cli): Promise<void> {
  const dataDir = dataDirOf(options.dataDir, cli.env);
  requireEmbedded(dataDir);
  const { name, pid } = await killMember(dataDir, memberOf(args.spu));
  await printDone(cli, `process ${name} (${pid}) killed`, { kind: 'process', action: 'killed', name, pid, dataDir });
  cli.talk.note('flv cluster resume starts it again');
}

function memberOf(text: string): 'sc' | number {
  if (text === 'sc') return text;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new UsageError(`'${text}' is neither the number of an SPU nor sc`, 'flv cluster status shows the processes');
}
