/**
 * A Fluvio client for any JavaScript runtime. It needs a transport: `@fluvio-ts/adapter-tcp` or `@fluvio-ts/adapter-ws`.
 *
 * @packageDocumentation
 */
export { jsonReplacer } from '@fluvio-ts/protocol';
export type { Client, Untyped } from './client.ts';
export { connect } from './client.ts';
export type { ConnectOptions } from './connect-options.ts';
export type { SpuAddress } from './connection/spu-pool.ts';
export type { ConsumerBatch } from './consumer/batch.ts';
export type { CommitPoint } from './consumer/commits.ts';
export type { Consumer, ConsumerPosition } from './consumer/consumer.ts';
export type { Fetched, FetchOptions } from './consumer/fetch.ts';
export type { ConsumerLag, ConsumerOffsets } from './consumer/offsets.ts';
export type { ConsumerOptions } from './consumer/options.ts';
export type { ParallelOptions } from './consumer/parallel.ts';
export { processByKey } from './consumer/parallel.ts';
export type { PartitionChoice } from './consumer/partitions.ts';
export type { PartitionOffsets, StartOffset } from './consumer/position.ts';
export type { ConsumerRecord, RecordJson } from './consumer/record.ts';
export type {
  ConsumerGap,
  ConsumerRetry,
  ConsumerSkip,
  ConsumerTransform,
  PartitionTransform,
  WhenEvicted,
} from './consumer/settings.ts';
export type { StoredOffset, StoredOffsetFilter } from './consumer/stored-offsets.ts';
export type { UntilOffset } from './consumer/until.ts';
export type { ClientCodes } from './errors.ts';
export type { IsolationLevel } from './isolation.ts';
export type { LiveConnection } from './observe/counters.ts';
export type {
  ClientEvent,
  ClientEventOf,
  ClientEventType,
  ClientHooks,
  ServerPlace,
} from './observe/events.ts';
export type { ClientHealth, ControllerHealth, PartitionLag } from './observe/health.ts';
export type { LogFields, Logger } from './observe/logger.ts';
export type { WaitingPartition } from './observe/waits.ts';
export type { ProducerBatch, ProducerFailure, ProducerRetry } from './producer/events.ts';
export type { Partitioner, ProducerOptions } from './producer/options.ts';
export type { Producer } from './producer/producer.ts';
export type { ProducerRecord, SendResult } from './producer/result.ts';
export type { ProducerStats } from './producer/stats.ts';
export type { Decoder, Encoder, Serde, ValuePlace } from './serde/serde.ts';
export type { TypedConsumer, TypedConsumerOptions } from './serde/typed-consumer.ts';
export type { RawKey, TypedProducer, TypedProducerOptions, TypedProducerRecord } from './serde/typed-producer.ts';
export type { TypedBatch, TypedRecord } from './serde/typed-record.ts';
export type { OnUndecodable, Undecodable } from './serde/undecodable.ts';
export type { ServerAnswer, ServerCodes, ServerErrorCode } from './server-answers.ts';
export type { SmartModuleLookback, SmartModuleSettings, SmartModuleUse } from './smartmodules.ts';
