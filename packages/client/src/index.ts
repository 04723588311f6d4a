/**
 * A Fluvio client for any JavaScript runtime. It needs a transport: `@fluvio-ts/adapter-tcp` or `@fluvio-ts/adapter-ws`.
 *
 * @packageDocumentation
 */
export type { Client, ConnectOptions } from './client.ts';
export { connect } from './client.ts';
export type { SpuAddress } from './connection/spu-pool.ts';
export type { ConsumerBatch } from './consumer/batch.ts';
export type { Consumer, ConsumerOptions } from './consumer/consumer.ts';
export type { ConsumerGap, ConsumerRetry } from './consumer/partition-stream.ts';
export type { PartitionOffsets, StartOffset } from './consumer/position.ts';
export type { ConsumerRecord } from './consumer/record.ts';
export type { ClientCodes } from './errors.ts';
export type { ProducerBatch, ProducerFailure, ProducerRetry } from './producer/events.ts';
export type { ProducerOptions } from './producer/options.ts';
export type { Partitioner } from './producer/partitions.ts';
export type { Producer } from './producer/producer.ts';
export type { ProducerRecord, SendResult } from './producer/result.ts';
export type { ProducerStats } from './producer/stats.ts';
export type { SmartModuleLookback, SmartModuleSettings, SmartModuleUse } from './smartmodules.ts';
