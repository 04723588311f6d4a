/**
 * The API of `@fluvio/client` on `@fluvio-ts`: change the import, keep the program.
 *
 * @packageDocumentation
 */
export {
  arrayBufferToString,
  DEFAULT_HOST,
  DEFAULT_ID,
  DEFAULT_IGNORE_RACK_ASSIGNMENT,
  DEFAULT_MIN_ID,
  DEFAULT_OFFSET,
  DEFAULT_OFFSET_FROM,
  DEFAULT_PARTITIONS,
  DEFAULT_PORT,
  DEFAULT_PRIVATE_PORT,
  DEFAULT_PUBLIC_PORT,
  DEFAULT_REPLICAS,
  DEFAULT_REPLICATION_FACTOR,
  DEFAULT_TOPIC,
  Encryption,
  Offset,
  OffsetFrom,
  SmartModuleType,
  stringToArrayBuffer,
} from './constants.ts';
export { ErrorCode } from './error-code.ts';
export type { Options, TopicProducerConfig } from './fluvio.ts';
// biome-ignore lint/style/noDefaultExport: programs import the class like this from the package whose API this is
export { Fluvio, Fluvio as default } from './fluvio.ts';
export type {
  FluvioJson,
  FluvioJson as PartitionSpecMetadata,
  FluvioJson as Topic,
  SpuGroupShape,
} from './fluvio-admin.ts';
export { FluvioAdmin } from './fluvio-admin.ts';
export type { ConsumerConfig, FetchablePartitionResponse, RecordCallback, RecordStream } from './partition-consumer.ts';
export { PartitionConsumer } from './partition-consumer.ts';
export type { Record } from './record.ts';
export type {
  Endpoint,
  EnvVar,
  IngressAddr,
  IngressPort,
  PartitionMap,
  PartitionMaps,
  ReplicationConfig,
  SpecDefaults,
  StorageConfig,
  TopicReplicaParam,
} from './specs.ts';
export { CustomSpuSpec, SpuConfig, SpuGroupSpec, TopicSpec } from './specs.ts';
export type { KeyValue, ProducerItem } from './topic-producer.ts';
export { TopicProducer } from './topic-producer.ts';
