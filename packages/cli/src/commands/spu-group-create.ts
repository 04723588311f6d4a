/** `flv cluster spg create` */
import { admin, toJson } from '@fluvio-ts/admin';
import { formatOf, isForPrograms, printValue } from '../output/print.ts';
import type { Cli } from '../session/cli.ts';
import { withClient } from '../session/connect.ts';
import type { SpuGroupCreate } from '../spec/spu-group.ts';

export async function run({ args: { name }, options }: SpuGroupCreate, cli: Cli): Promise<void> {
  const { replicas, minId, rack, storageSize } = options;
  const settings = {
    replicas,
    minId,
    ...(rack !== undefined && { rack }),
    ...(storageSize !== undefined && { storageSize }),
  };
  const { signal } = cli;
  const made = await withClient(cli, (client) => admin(client).spuGroups.create(name, settings, { signal }));
  const { resolution, reason } = made.status;
  if (resolution === 'Invalid') cli.talk.warn(`the group's SPUs do not run: ${reason ?? 'it does not say why'}`);
  const format = formatOf(cli);
  if (isForPrograms(format)) return printValue(cli, toJson(made), format);
  if (!cli.globals.quiet) await cli.out.line(`spu group "${name}" created`);
}
