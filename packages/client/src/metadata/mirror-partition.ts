/** The partition of a mirrored topic that is another cluster's. */
import { clientError } from '../errors.ts';
import type { TopicObject } from './metadata.ts';

/** One for each remote on the home's side, the only one on a remote's. @throws `option/invalid`, of the option that names the cluster */
export function mirrorPartition({ name, spec }: TopicObject, cluster: string, option: string): number {
  const refuse = (reason: string): Error => clientError('option/invalid', { option, reason });
  if (spec.replicas.kind !== 'mirror') throw refuse(`is '${cluster}', but topic '${name}' mirrors no cluster`);
  const { config } = spec.replicas;
  const clusters =
    config.kind === 'home' ? config.partitions.map(({ remoteCluster }) => remoteCluster) : [config.homeCluster];
  const found = clusters.indexOf(cluster);
  if (found < 0) throw refuse(`is '${cluster}', but topic '${name}' mirrors ${clusters.join(', ') || 'nobody'}`);
  return found;
}
