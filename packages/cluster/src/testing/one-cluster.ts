/** For tests: a cluster in this process for a whole file, a session with each of its servers, and topics of their own. */
import type { TopicSpec } from '@fluvio-ts/protocol';
import type { Session } from '@fluvio-ts/protocol/internal';
import type { Cluster } from '../cluster.ts';
import { startCluster } from '../cluster.ts';
import type { StartClusterOptions } from '../cluster-options.ts';
import { computed, connectSc, connectSpu, createTopic } from './clients.ts';

/** See the file's head. */
export interface OneCluster {
  readonly cluster: Cluster;
  readonly sc: Session;
  /** A session with the first SPU. */
  readonly spu: Session;
  /** Makes a topic that no other test has; its name. */
  newTopic(spec?: TopicSpec): Promise<string>;
}

/** Starts it; stop the cluster when all is done. */
export async function oneCluster(options: StartClusterOptions = {}): Promise<OneCluster> {
  const cluster = await startCluster(options);
  const [first] = cluster.spus;
  if (first === undefined) throw new Error('the cluster has no SPU');
  const sc = await connectSc(cluster.endpoint);
  let topics = 0;
  return {
    cluster,
    sc,
    spu: await connectSpu(first),
    async newTopic(spec = computed(1)) {
      const name = `topic-${++topics}`;
      const { errorCode } = await createTopic(sc, name, spec);
      if (errorCode.kind !== 'None') throw new Error(`topic ${name} was refused: ${errorCode.kind}`);
      return name;
    },
  };
}
