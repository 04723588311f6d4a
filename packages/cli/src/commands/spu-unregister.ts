/** `flv cluster spu unregister` */
import { admin } from '@fluvio-ts/admin';
import { printDone } from '../output/print.ts';
import { UsageError } from '../parse/usage-error.ts';
import type { Cli } from '../session/cli.ts';
import { withClient } from '../session/connect.ts';
import type { SpuUnregister } from '../spec/cluster.ts';

export async function run({ options }: SpuUnregister, cli: Cli): Promise<void> {
  const spu = options.id ?? options.name;
  if (spu === undefined) throw new UsageError('--id or --name is needed', 'see flv cluster spu unregister --help');
  await withClient(cli, (client) => admin(client).spus.unregister(spu, { signal: cli.signal }));
  await printDone(cli, `SPU ${spu} unregistered`, { kind: 'spu', action: 'unregistered', spu });
}
