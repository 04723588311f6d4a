/**
 * The Fluvio wire protocol for any JavaScript runtime: the schemas of every message, record batches, errors, and
 * the {@link Transport} interface that adapters implement.
 *
 * @packageDocumentation
 */
export type { CodeMap, ErrorFactory, ErrorText, ProtocolCodes } from './errors.ts';
export { defineErrors, FluvioError, isFluvioError } from './errors.ts';
export type { FramePool } from './frame-pool.ts';
export type { FrameSplitter } from './frames.ts';
export { DEFAULT_FRAME_LIMIT_BYTES, frameSplitter } from './frames.ts';
export { int64FromJson, int64ToJson, jsonReplacer } from './json.ts';
export type { Api } from './messages/api.ts';
export {
  ApiVersionKey,
  ApiVersionsRequest,
  ApiVersionsResponse,
  ScApiVersions,
  SpuApiVersions,
} from './messages/api-versions.ts';
export {
  correlationIdOf,
  decodeHeader,
  decodeResponse,
  encodeRequest,
  encodeResponse,
} from './messages/envelope.ts';
export type { ErrorKind } from './messages/error-code.ts';
export {
  ErrorCode,
  errorNumber,
  errorText,
  errorVariants,
  NO_ERROR,
  ReplicaKey,
  SmartModuleErrorKind,
} from './messages/error-code.ts';
export { RequestHeader } from './messages/header.ts';
export * from './messages/sc/apis.ts';
export * from './messages/sc/auth.ts';
export * from './messages/sc/create.ts';
export * from './messages/sc/delete.ts';
export * from './messages/sc/list.ts';
export * from './messages/sc/mirror.ts';
export * from './messages/sc/mirroring.ts';
export type { Labelled, Metadata, ObjectLabel, ObjectOf, Objects, SpecOf, StatusOf } from './messages/sc/objects.ts';
export * from './messages/sc/partition.ts';
export * from './messages/sc/replica-settings.ts';
export * from './messages/sc/smartmodule.ts';
export * from './messages/sc/spu.ts';
export * from './messages/sc/spu-group.ts';
export * from './messages/sc/status.ts';
export * from './messages/sc/table-format.ts';
export * from './messages/sc/topic.ts';
export * from './messages/sc/update.ts';
export * from './messages/sc/watch.ts';
export { spuApis } from './messages/spu/apis.ts';
export * from './messages/spu/consumer-offsets.ts';
export * from './messages/spu/fetch.ts';
export * from './messages/spu/isolation.ts';
export * from './messages/spu/mirror.ts';
export * from './messages/spu/offsets.ts';
export * from './messages/spu/produce.ts';
export * from './messages/spu/smartmodule.ts';
export * from './messages/spu/stream-fetch.ts';
export type { Hash64 } from './partitioner.ts';
export { hashKey, partitionForKey } from './partitioner.ts';
export * from './records/index.ts';
export type { KeyedSmartModule, SmartModuleKey } from './smartmodule-key.ts';
export {
  isSmartModuleVersion,
  matchesSmartModuleKey,
  parseSmartModuleKey,
  smartModuleFor,
  smartModuleStoreName,
} from './smartmodule-key.ts';
export type { Address, BytePipe, Endpoint, Transport } from './transport.ts';
export { formatAddress, parseAddress } from './transport.ts';
export { negotiate } from './versions.ts';
export type { Layout, Type } from './wire/node.ts';
export { Reader } from './wire/reader.ts';
export type { Bytes, Infer } from './wire/schema.ts';
/** The words that schemas are declared with. */
export * as schema from './wire/schema.ts';
export { Writer } from './wire/writer.ts';
