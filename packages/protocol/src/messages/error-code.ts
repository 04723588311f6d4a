/** Every error a Fluvio server can answer, with its number, its data and its sentence. */
import type { Infer, Type, UnionShape, UnknownVariant } from '../wire/schema.ts';
import { choice, i64, openUnion, option, string, struct, u32, u64, varBytes, variant } from '../wire/schema.ts';

/** A partition as `{ topic, partition }`. Rust: `ReplicaKey`, fluvio-protocol/src/record/replica.rs. */
export const ReplicaKey = struct({ topic: string, partition: u32 });
export interface ReplicaKey extends Infer<typeof ReplicaKey> {}

/** The kind of SmartModule inside a runtime error; other numbers than in requests. Rust: fluvio-protocol/src/link/smartmodule.rs. */
export const SmartModuleErrorKind = choice({
  Filter: 0,
  Map: 1,
  ArrayMap: 2,
  Aggregate: 3,
  FilterMap: 4,
  Join: 5,
  Generic: 6,
});

/** The error codes by name: the number of each on the wire and the schema of its data, for tools that list them. */
export const errorVariants = {
  UnknownServerError: variant(-1),
  None: variant(0),
  OffsetOutOfRange: variant(1),
  Other: variant(2, { message: string }),
  NotLeaderForPartition: variant(6),
  RequestTimedOut: variant(7, { timeoutMs: u64, request: choice({ Produce: 0 }) }),
  MessageTooLarge: variant(10),
  PermissionDenied: variant(13),
  StorageError: variant(56),
  InvalidCreateRequest: variant(60),
  InvalidDeleteRequest: variant(61),
  OffsetEvicted: variant(71, { offset: i64, nextAvailable: i64 }),
  PartitionFull: variant(72, { replica: ReplicaKey }),
  PartitionShortCircuited: variant(73),
  SpuError: variant(1000),
  SpuRegisterationFailed: variant(1001),
  SpuOffline: variant(1002),
  SpuNotFound: variant(1003),
  SpuAlreadyExists: variant(1004),
  TopicError: variant(2000),
  TopicNotFound: variant(2001),
  TopicAlreadyExists: variant(2002),
  TopicPendingInitialization: variant(2003),
  TopicInvalidConfiguration: variant(2004),
  TopicNotProvisioned: variant(2005),
  TopicInvalidName: variant(2006),
  TopicDeleted: variant(2007),
  TopicInvalidReplicaType: variant(2008),
  PartitionPendingInitialization: variant(3000),
  PartitionNotLeader: variant(3001),
  FetchSessionNotFoud: variant(3002),
  OffsetFlushRequestError: variant(3003, { message: string }),
  OffsetManagementDisabled: variant(3004),
  MaxRetryReached: variant(3005),
  ManagedConnectorError: variant(5000),
  ManagedConnectorNotFound: variant(5001),
  ManagedConnectorAlreadyExists: variant(5002),
  SmartModuleError: variant(6000),
  SmartModuleNotFound: variant(6001, { name: string }),
  SmartModuleInvalid: variant(6002, { error: string, name: option(string) }),
  SmartModuleInvalidExports: variant(6003, { error: string, smartModuleKind: string }),
  SmartModuleRuntimeError: variant(6004, {
    hint: string,
    offset: i64,
    smartModuleKind: SmartModuleErrorKind,
    recordKey: option(varBytes),
    recordValue: varBytes,
  }),
  SmartModuleChainInitError: variant(6005, { message: string }),
  SmartModuleInitError: variant(6006, { hint: string }),
  SmartModuleLookBackError: variant(6007, { message: string }),
  SmartModuleMemoryLimitExceeded: variant(6008, { requested: u64, max: u64 }),
  TableFormatError: variant(7000),
  TableFormatNotFound: variant(7001),
  TableFormatAlreadyExists: variant(7002),
  DerivedStreamObjectError: variant(8000),
  DerivedStreamNotFound: variant(8001, { name: string }),
  DerivedStreamJoinFetchError: variant(8002),
  DerivedStreamInvalid: variant(8003, { name: string }),
  CompressionError: variant(9000),
  DeduplicationSmartModuleNotLoaded: variant(10_000),
  DeduplicationSmartModuleNameInvalid: variant(10_001, { error: string }),
  MirrorNotFound: variant(11_001),
  MirrorAlreadyExists: variant(11_002),
  MirrorProduceFromHome: variant(11_003),
  MirrorDeleteFromRemote: variant(11_004),
  MirrorInvalidType: variant(11_005),
  MirrorProduceFromRemoteNotAllowed: variant(11_006),
  SystemSpecDeletionAttempt: variant(12_001, { objectKind: string, name: string }),
  SystemSpecUpdatingAttempt: variant(12_002, { objectKind: string, name: string }),
} as const;

/**
 * What a server answers: `{ kind: 'None' }` for success. A code that this version does not know comes as
 * `{ kind: 'Unknown', tag }`. Wire: an i16, then the data of the variant. Rust: `ErrorCode`,
 * fluvio-protocol/src/link/error_code.rs.
 */
export const ErrorCode: Type<ErrorCode> = openUnion(errorVariants, 'i16');
/** The value type of {@link ErrorCode}. */
export type ErrorCode = UnionShape<typeof errorVariants> | UnknownVariant;

/** Names of the error codes. */
export type ErrorKind = ErrorCode['kind'];

/** Success. */
export const NO_ERROR: ErrorCode = { kind: 'None' };

/** The number of an error code on the wire. */
export function errorNumber(error: ErrorCode): number {
  return error.kind === 'Unknown' ? error.tag : errorVariants[error.kind].tag;
}

type Texts = { readonly [K in ErrorKind]: string | ((error: Extract<ErrorCode, { kind: K }>) => string) };

const texts: Texts = {
  UnknownServerError: 'the server met an error that it cannot name',
  None: 'success',
  OffsetOutOfRange: 'the offset is out of range',
  Other: (e) => e.message,
  NotLeaderForPartition: 'this SPU does not lead the partition',
  RequestTimedOut: (e) => `the request was not committed within ${e.timeoutMs} ms (the records may be stored)`,
  MessageTooLarge: 'the batch is too large for the topic',
  PermissionDenied: 'permission denied',
  StorageError: 'the SPU cannot store the records',
  InvalidCreateRequest: 'the create request is invalid',
  InvalidDeleteRequest: 'the delete request is invalid',
  OffsetEvicted: (e) => `offset ${e.offset} is no longer stored; the next available one is ${e.nextAvailable}`,
  PartitionFull: (e) => `the storage of partition ${e.replica.topic}-${e.replica.partition} is full`,
  PartitionShortCircuited: 'the partition refuses writes after an earlier storage error, until its SPU restarts',
  SpuError: 'an error occurred on the SPU',
  SpuRegisterationFailed: 'the SPU could not be registered',
  SpuOffline: 'the SPU is offline',
  SpuNotFound: 'there is no such SPU',
  SpuAlreadyExists: 'an SPU with this name or id exists already',
  TopicError: 'the topic request is invalid',
  TopicNotFound: 'there is no such topic',
  TopicAlreadyExists: 'a topic of this name exists already',
  TopicPendingInitialization: 'the topic is not initialised yet',
  TopicInvalidConfiguration: 'the topic configuration is invalid',
  TopicNotProvisioned: 'the topic was created, but not all of its partitions came online in time',
  TopicInvalidName: 'the topic name is invalid: at most 63 of a-z, 0-9 and -, with no - at either end',
  TopicDeleted: 'the topic was deleted',
  TopicInvalidReplicaType: 'the topic has a replica type that does not allow this',
  PartitionPendingInitialization: 'the partition is not initialised yet',
  PartitionNotLeader: 'this SPU does not lead the partition',
  FetchSessionNotFoud: 'there is no such stream on this connection',
  OffsetFlushRequestError: (e) => `the consumer offset could not be flushed: ${e.message}`,
  OffsetManagementDisabled: 'the stream has no consumer id, so its offset is not stored',
  MaxRetryReached: 'the number of retries is used up',
  ManagedConnectorError: 'an error occurred while managing a connector',
  ManagedConnectorNotFound: 'there is no such connector',
  ManagedConnectorAlreadyExists: 'a connector of this name exists already',
  SmartModuleError: 'an error occurred while managing a SmartModule',
  SmartModuleNotFound: (e) => `there is no SmartModule '${e.name}'`,
  SmartModuleInvalid: (e) => `the SmartModule${e.name === undefined ? '' : ` '${e.name}'`} is invalid: ${e.error}`,
  SmartModuleInvalidExports: (e) => `not a valid '${e.smartModuleKind}' SmartModule: ${e.error}`,
  SmartModuleRuntimeError: (e) => `the SmartModule failed on the record at offset ${e.offset}: ${e.hint}`,
  SmartModuleChainInitError: (e) => `the SmartModule chain could not be started: ${e.message}`,
  SmartModuleInitError: (e) => `the SmartModule's init failed: ${e.hint}`,
  SmartModuleLookBackError: (e) => `the SmartModule's look-back failed: ${e.message}`,
  SmartModuleMemoryLimitExceeded: (e) =>
    `the SmartModule asked for ${e.requested} bytes of memory; the limit is ${e.max}`,
  TableFormatError: 'the table format request failed',
  TableFormatNotFound: 'there is no such table format',
  TableFormatAlreadyExists: 'a table format of this name exists already',
  DerivedStreamObjectError: 'the derived stream request failed',
  DerivedStreamNotFound: (e) => `there is no derived stream '${e.name}'`,
  DerivedStreamJoinFetchError: "a derived stream's join data cannot be fetched",
  DerivedStreamInvalid: (e) => `the derived stream '${e.name}' is invalid`,
  CompressionError: "the batch's compression is not allowed by the topic, or unknown",
  DeduplicationSmartModuleNotLoaded: "the topic's deduplication SmartModule is not loaded into the cluster",
  DeduplicationSmartModuleNameInvalid: (e) => `the name of the deduplication SmartModule is invalid: ${e.error}`,
  MirrorNotFound: 'there is no such mirror',
  MirrorAlreadyExists: 'a mirror of this name exists already',
  MirrorProduceFromHome: 'the home cluster may not produce to this mirrored partition',
  MirrorDeleteFromRemote: 'a mirrored topic cannot be deleted on the remote cluster',
  MirrorInvalidType: 'the mirror is of the wrong type',
  MirrorProduceFromRemoteNotAllowed: 'the remote cluster may not produce to this mirrored partition',
  SystemSpecDeletionAttempt: (e) => `system ${e.objectKind} '${e.name}' can only be deleted forcibly`,
  SystemSpecUpdatingAttempt: (e) => `system ${e.objectKind} '${e.name}' can only be updated forcibly`,
  Unknown: (e) => `the server answered error ${e.tag}, which this version does not know`,
};

/** One sentence that says what an error code means. */
export function errorText(error: ErrorCode): string {
  const text = texts[error.kind] as string | ((e: ErrorCode) => string);
  return typeof text === 'string' ? text : text(error);
}
