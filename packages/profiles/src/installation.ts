/** How a cluster was installed: the one key in a cluster's metadata that Fluvio's own programs agree on. */
import type { ClusterEntry, Installation } from './model.ts';
import { newTable, own, type TomlTable } from './toml.ts';

const installations: readonly Installation[] = ['k8', 'local', 'local_k8', 'read_only', 'docker', 'cloud'];

/** How the cluster was installed; as in the official CLI, `k8` where its metadata does not say. */
export function installationOf(cluster: ClusterEntry): Installation {
  const written = own(cluster.metadata, 'installation');
  return (
    installations.find((word) => word === written) ??
    (own(cluster.metadata, 'infinyon_cloud_cli') === undefined ? 'k8' : 'cloud')
  );
}

/** Reads the name of an installation as the official CLI does: any case, `local-k8`, `local_k8` or `localk8`. */
export function parseInstallation(text: string): Installation | undefined {
  const plain = (word: string) => word.toLowerCase().replace(/[-_]/g, '');
  return installations.find((word) => plain(word) === plain(text));
}

/** @internal Metadata with the installation set. */
export function setInstallation(metadata: TomlTable, installation: Installation): TomlTable {
  return Object.assign(newTable(), metadata, { installation });
}
