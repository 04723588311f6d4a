/** `flv smartmodule watch` */
import { admin, toJson } from '@fluvio-ts/admin';
import { formatOf, isForPrograms } from '../output/print.ts';
import type { Cli } from '../session/cli.ts';
import { withClient } from '../session/connect.ts';
import type { SmartModuleWatch } from '../spec/smartmodule.ts';
import { keyOf } from './smartmodule-view.ts';

export async function run(_: SmartModuleWatch, cli: Cli): Promise<void> {
  const { signal, out } = cli;
  const stop = AbortSignal.any([signal, out.gone]);
  const forPrograms = isForPrograms(formatOf(cli));
  await withClient(cli, async (client) => {
    for await (const event of admin(client).smartModules.watch({ signal: stop })) {
      const modules = event.type === 'synced' ? event.objects : [event.object];
      for (const module of modules) {
        const type = event.type === 'synced' ? 'there' : event.type;
        const line = forPrograms ? JSON.stringify({ event: type, ...toJson(module) }) : `${type} ${keyOf(module)}`;
        await out.line(line);
      }
    }
  });
}
