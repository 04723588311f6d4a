/** Which topics may be: the checks of Fluvio's SC, in its order, with its codes and texts, and what this cluster cannot do. */
import type { PartitionMap, TopicSpec } from '@fluvio-ts/protocol';
import { parseSmartModuleKey } from '@fluvio-ts/protocol';
import type { Refusal } from './outcome.ts';
import { refusal } from './outcome.ts';

/** What the rules need to know of the cluster. */
export interface TopicSurroundings {
  readonly exists: (name: string) => boolean;
  readonly spuExists: (id: number) => boolean;
  readonly smartModuleExists: (key: string) => boolean;
}

const LONGEST_NAME = 63;
const SHORTEST_RETENTION_SECONDS = 10;
const SMALLEST_SEGMENT_BYTES = 1024;
const SMALLEST_PARTITION_BYTES = 2048n;
const DEFAULT_SEGMENT_BYTES = 1_073_741_824;

/** The first rule that a new topic breaks; undefined if it breaks none. */
export function refuseTopic(name: string, spec: TopicSpec, around: TopicSurroundings): Refusal | undefined {
  return (
    refuseName(name) ??
    (around.exists(name) ? refusal('TopicAlreadyExists', `Topic '${name}' already exists`) : undefined) ??
    refuseConfiguration(spec) ??
    refuseDeduplication(spec, around) ??
    refuseReplicas(spec, around)
  );
}

function refuseName(name: string): Refusal | undefined {
  const invalid = (reason: string): Refusal => refusal('TopicInvalidName', `Invalid topic name: '${name}'. ${reason}`);
  // Fluvio's SC accepts the empty name, and its own CLI does not.
  if (name === '') return invalid('Name is empty');
  if (name.length > LONGEST_NAME) return invalid(`Name exceeds max characters allowed ${LONGEST_NAME}`);
  if (!/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(name)) {
    return invalid("Contain only lowercase alphanumeric characters or '-'");
  }
  return undefined;
}

function refuseConfiguration({ cleanupPolicy, storage }: TopicSpec): Refusal | undefined {
  const tooSmall = (what: string, value: number | bigint, limit: string): Refusal =>
    refusal('TopicInvalidConfiguration', `${what} ${value} is less than ${limit}`);
  if (cleanupPolicy !== undefined && cleanupPolicy.timeInSeconds < SHORTEST_RETENTION_SECONDS) {
    return tooSmall('retention_secs', cleanupPolicy.timeInSeconds, `minimum ${SHORTEST_RETENTION_SECONDS}`);
  }
  const { segmentSize, maxPartitionSize } = storage ?? {};
  if (segmentSize !== undefined && segmentSize < SMALLEST_SEGMENT_BYTES) {
    return tooSmall('segment_size', segmentSize, `minimum ${SMALLEST_SEGMENT_BYTES}`);
  }
  if (maxPartitionSize === undefined) return undefined;
  if (maxPartitionSize < SMALLEST_PARTITION_BYTES) {
    return tooSmall('max_partition_size', maxPartitionSize, `minimum ${SMALLEST_PARTITION_BYTES}`);
  }
  const segment = segmentSize ?? DEFAULT_SEGMENT_BYTES;
  return maxPartitionSize < segment
    ? tooSmall('max_partition_size', maxPartitionSize, `segment size ${segment}`)
    : undefined;
}

function refuseDeduplication({ deduplication }: TopicSpec, around: TopicSurroundings): Refusal | undefined {
  if (deduplication === undefined) return undefined;
  const { uses } = deduplication.filter.transform;
  if (parseSmartModuleKey(uses) === undefined) {
    const error = `'${uses}' is not a package key: expected name, group/name or group/name@version`;
    return refusal({ kind: 'DeduplicationSmartModuleNameInvalid', error }, error, uses);
  }
  if (around.smartModuleExists(uses)) return undefined;
  return refusal(
    'DeduplicationSmartModuleNotLoaded',
    `Deduplication SmartModule is not loaded into the cluster\nHint: try \`fluvio hub sm download ${uses}\` and repeat this operation`,
    uses,
  );
}

function refuseReplicas({ replicas }: TopicSpec, around: TopicSurroundings): Refusal | undefined {
  switch (replicas.kind) {
    case 'computed':
      if (replicas.partitions === 0) return refusal('TopicError', 'partition must be greater than 0');
      if (replicas.replicationFactor === 0) return refusal('TopicError', 'replication factor must be greater than 0');
      return refusePartitionCount(replicas.partitions);
    case 'assigned':
      return refuseMap(replicas.maps, around) ?? refusePartitionCount(replicas.maps.length);
    case 'mirror':
      return refusal('TopicError', 'this embedded cluster does not mirror: use a Fluvio cluster');
  }
}

/** A limit that Fluvio does not have: each partition is a folder with open files, on the machine of a developer. */
const MOST_PARTITIONS = 10_000;

/** Refuses more partitions than one topic of this cluster can have. */
export function refusePartitionCount(count: number): Refusal | undefined {
  if (count <= MOST_PARTITIONS) return undefined;
  return refusal(
    'TopicError',
    `${count} partitions are more than the ${MOST_PARTITIONS} that a topic of this embedded cluster can have`,
  );
}

function refuseMap(maps: readonly PartitionMap[], { spuExists }: TopicSurroundings): Refusal | undefined {
  const wrong = (message: string): Refusal => refusal('TopicError', message);
  const [first] = maps;
  if (first === undefined) return wrong('no assigned partitions found');
  if (first.id !== 0) return wrong('assigned partitions must start with id 0');
  if (maps.some(({ id }, i) => id !== i)) return wrong('assigned partition ids must be in sequence and without gaps');
  const { length } = first.replicas;
  if (length === 0) return wrong('assigned replicas must have at least one spu id');
  if (maps.some(({ replicas }) => replicas.length !== length)) {
    return wrong(`all assigned replicas must have the same number of spu ids: ${length}`);
  }
  for (const { id, replicas } of maps) {
    if (new Set(replicas).size < length) return wrong(`duplicate spu ids found in assigned partition with id: ${id}`);
    const negative = replicas.find((spu) => spu < 0);
    if (negative !== undefined) return wrong(`invalid spu id: ${negative} in assigned partition with id: ${id}`);
  }
  for (const { replicas } of maps) {
    const missing = replicas.find((spu) => !spuExists(spu));
    if (missing !== undefined) return wrong(`invalid spu id: ${missing}`);
  }
  return undefined;
}
