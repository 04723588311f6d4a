/** Objects as the wire has them, with the settings of a plain cluster. */
import type {
  ObjectOf,
  PartitionSpec,
  PartitionStatus,
  SpuSpec,
  SpuStatus,
  TopicSpec,
  TopicStatus,
} from '@fluvio-ts/protocol';

/** A provisioned topic, its partitions on SPU 5001. */
export function topicObject(
  name: string,
  spec: Partial<TopicSpec> = {},
  status: Partial<TopicStatus> = {},
): ObjectOf<'Topic'> {
  const full: TopicSpec = {
    replicas: { kind: 'computed', partitions: 1, replicationFactor: 1, ignoreRackAssignment: false },
    cleanupPolicy: undefined,
    storage: undefined,
    compressionType: 'Any',
    deduplication: undefined,
    system: false,
    ...spec,
  };
  const { replicas } = full;
  const count =
    replicas.kind === 'computed' ? replicas.partitions : replicas.kind === 'assigned' ? replicas.maps.length : 0;
  const replicaMap = new Map(Array.from({ length: count }, (_, index) => [index, [5001]] as const));
  return {
    name,
    spec: full,
    status: { resolution: 'Provisioned', replicaMap, mirrorMap: new Map(), reason: '', ...status },
  };
}

/** An online partition that SPU 5001 leads. */
export const partitionObject = (
  name: string,
  spec: Partial<PartitionSpec> = {},
  status: Partial<PartitionStatus> = {},
): ObjectOf<'Partition'> => ({
  name,
  spec: {
    leader: 5001,
    replicas: [5001],
    cleanupPolicy: undefined,
    storage: undefined,
    compressionType: 'Any',
    deduplication: undefined,
    system: false,
    mirror: undefined,
    ...spec,
  },
  status: {
    resolution: 'Online',
    leader: { spu: 5001, hw: 0n, leo: 0n },
    lsr: 0,
    replicas: [],
    size: 0n,
    isBeingDeleted: false,
    baseOffset: 0n,
    ...status,
  },
});

/** A custom SPU on loopback. */
export const spuObject = (
  id: number,
  spec: Partial<SpuSpec> = {},
  status: Partial<SpuStatus> = {},
  name = `custom-spu-${id}`,
): ObjectOf<'SPU'> => ({
  name,
  spec: {
    id,
    spuType: 'Custom',
    publicEndpoint: { port: id, ingress: [{ hostname: 'localhost', ip: undefined }], encryption: 'PLAINTEXT' },
    privateEndpoint: { port: id + 1, host: 'localhost', encryption: 'PLAINTEXT' },
    rack: undefined,
    publicEndpointLocal: undefined,
    ...spec,
  },
  status: { resolution: 'Online', ...status },
});
