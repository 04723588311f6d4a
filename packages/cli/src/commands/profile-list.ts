/** `flv profile list` */
import { listProfiles, openProfiles } from '@fluvio-ts/profiles';
import { printList } from '../output/print.ts';
import type { Cli } from '../session/cli.ts';

const INSTALLATIONS: Readonly<Record<string, string>> = { local_k8: 'local-k8', read_only: 'read-only' };

export async function run(_: unknown, cli: Cli): Promise<void> {
  const { env, signal, out } = cli;
  const store = await openProfiles({ env, signal });
  await printList(cli, {
    items: listProfiles(store.config),
    columns: [
      { title: ' ', cell: ({ current }) => (current ? '*' : ' '), style: (text) => out.paint('green', text) },
      { title: 'PROFILE', cell: ({ profile }) => profile },
      { title: 'CLUSTER', cell: ({ cluster }) => cluster },
      { title: 'ADDRESS', cell: ({ address }) => address ?? 'missing' },
      { title: 'TLS', cell: ({ tls }) => tls ?? '-' },
      { title: 'INSTALLATION', cell: ({ installation = '-' }) => INSTALLATIONS[installation] ?? installation },
    ],
    toObject: ({ profile, current, cluster, address, tls, installation }) => ({
      name: profile,
      current,
      cluster,
      address: address ?? null,
      tls: tls ?? null,
      installation: installation ?? null,
    }),
    empty: `no profiles in ${store.path}: flv cluster start, or flv profile add <name> <host:port>`,
  });
}
