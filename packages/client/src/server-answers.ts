/** What servers answer when they refuse, as error codes: each server error that a caller can do something about has its own. */
import type { ErrorCode, ErrorKind, ErrorText } from '@fluvio-ts/protocol';
import { errorText } from '@fluvio-ts/protocol';
import { endOfShorterLog } from './consumer/truncated.ts';

/** The context of every error that a server answered. */
export interface ServerAnswer {
  /** What was tried, as in "creating topic 'orders'". */
  readonly what: string;
  /** Fluvio's name of the error. */
  readonly name: ErrorKind;
  /** Its number on the wire. */
  readonly number: number;
  /** The error with its own data. */
  readonly error: ErrorCode;
  /** What the server said beyond that, if it did. */
  readonly message?: string | undefined;
}

/** Code → context. What a server answers beyond these is `server/error`. */
export interface ServerCodes {
  /** A server answered another error than those that have a code of their own; `name` is Fluvio's, `number` its wire number. */
  'server/error': ServerAnswer;
  /** This identity may not do that (`PermissionDenied`). */
  'permission/denied': ServerAnswer;
  /** A topic of this name exists already (`TopicAlreadyExists`). */
  'topic/exists': ServerAnswer;
  /** The topic's settings contradict each other or the cluster (`TopicInvalidConfiguration`). */
  'topic/invalid-configuration': ServerAnswer;
  /** The topic's partitions were assigned by hand, or are mirrored, and cannot be changed so (`TopicInvalidReplicaType`). */
  'topic/invalid-replica-type': ServerAnswer;
  /** The topic exists, and not all of its partitions came online in time (`TopicNotProvisioned`). */
  'topic/not-provisioned': ServerAnswer;
  /** The SmartModule that should remove duplicates from the topic is not there (`DeduplicationSmartModule…`). */
  'topic/deduplication': ServerAnswer;
  /** The topic does not allow this compression (`CompressionError`). */
  'topic/compression': ServerAnswer;
  /** The object belongs to the cluster itself (`SystemSpecDeletionAttempt`, `SystemSpecUpdatingAttempt`). */
  'system/protected': ServerAnswer;
  /** The cluster has no such SPU (`SpuNotFound`). */
  'spu/not-found': ServerAnswer;
  /** An SPU with this name or id exists already (`SpuAlreadyExists`). */
  'spu/exists': ServerAnswer;
  /** The cluster has no such SmartModule (`SmartModuleNotFound`). */
  'smartmodule/not-found': ServerAnswer & { readonly module: string };
  /** The SPU cannot use the bytes of a SmartModule (`SmartModuleInvalid`, `SmartModuleInvalidExports`). */
  'smartmodule/refused': ServerAnswer;
  /** A SmartModule could not begin: mostly a missing parameter (`SmartModuleInitError`, `SmartModuleChainInitError`). */
  'smartmodule/not-started': ServerAnswer;
  /** A SmartModule failed on a record that was produced, or that `fetch` read (`SmartModuleRuntimeError`). */
  'smartmodule/failed': ServerAnswer;
  /** The cluster has no such table format (`TableFormatNotFound`). */
  'table-format/not-found': ServerAnswer;
  /** A table format of this name exists already (`TableFormatAlreadyExists`). */
  'table-format/exists': ServerAnswer;
  /** The cluster has no such mirror (`MirrorNotFound`). */
  'mirror/not-found': ServerAnswer;
  /** A mirror of this name exists already (`MirrorAlreadyExists`). */
  'mirror/exists': ServerAnswer;
  /** The partition has no such offset yet (`OffsetOutOfRange`). */
  'offset/out-of-range': ServerAnswer;
  /** The records at this offset are no longer stored (`OffsetEvicted`). */
  'offset/evicted': ServerAnswer;
  /** The batch is larger than the topic takes (`MessageTooLarge`). */
  'batch/too-large': ServerAnswer;
  /** The partition has reached its largest size (`PartitionFull`). */
  'partition/full': ServerAnswer;
  /** The SPU cannot write the partition (`StorageError`, `PartitionShortCircuited`). */
  'partition/storage': ServerAnswer;
}

/** Every code that a server's answer may become. */
export type ServerErrorCode = keyof ServerCodes;

/** Those that carry no more than the answer. */
type PlainCode = Exclude<ServerErrorCode, 'smartmodule/not-found'>;

const CODES: { readonly [K in ErrorKind]?: PlainCode } = {
  PermissionDenied: 'permission/denied',
  TopicAlreadyExists: 'topic/exists',
  TopicInvalidConfiguration: 'topic/invalid-configuration',
  TopicInvalidReplicaType: 'topic/invalid-replica-type',
  TopicNotProvisioned: 'topic/not-provisioned',
  DeduplicationSmartModuleNotLoaded: 'topic/deduplication',
  DeduplicationSmartModuleNameInvalid: 'topic/deduplication',
  CompressionError: 'topic/compression',
  SystemSpecDeletionAttempt: 'system/protected',
  SystemSpecUpdatingAttempt: 'system/protected',
  SpuNotFound: 'spu/not-found',
  SpuAlreadyExists: 'spu/exists',
  SmartModuleInvalid: 'smartmodule/refused',
  SmartModuleInvalidExports: 'smartmodule/refused',
  SmartModuleInitError: 'smartmodule/not-started',
  SmartModuleChainInitError: 'smartmodule/not-started',
  SmartModuleRuntimeError: 'smartmodule/failed',
  TableFormatNotFound: 'table-format/not-found',
  TableFormatAlreadyExists: 'table-format/exists',
  MirrorNotFound: 'mirror/not-found',
  MirrorAlreadyExists: 'mirror/exists',
  OffsetOutOfRange: 'offset/out-of-range',
  OffsetEvicted: 'offset/evicted',
  MessageTooLarge: 'batch/too-large',
  PartitionFull: 'partition/full',
  StorageError: 'partition/storage',
  PartitionShortCircuited: 'partition/storage',
};

/** @internal The code of what a server answered, but for a missing SmartModule, whose error says which. */
export function codeOfAnswer(error: ErrorCode): PlainCode {
  return endOfShorterLog(error) === undefined ? (CODES[error.kind] ?? 'server/error') : 'offset/out-of-range';
}

/** What to do about each. */
const FIXES: { readonly [Code in ServerErrorCode]: string } = {
  'server/error': '',
  'permission/denied': 'connect with an identity that may, or have it allowed',
  'topic/exists': 'use the one that is there, or choose another name',
  'topic/invalid-configuration': 'correct its settings',
  'topic/invalid-replica-type': 'only topics whose partitions the cluster places itself can grow',
  'topic/not-provisioned': 'it exists: start as many SPUs as it has replicas, or delete it',
  'topic/deduplication': 'store that SmartModule first, or leave deduplication out',
  'topic/compression': 'compress as the topic asks for, or leave compression to the topic',
  'system/protected': 'it belongs to the cluster, so it takes force',
  'spu/not-found': 'look at the list of SPUs',
  'spu/exists': 'choose another id and name, or unregister that one first',
  'smartmodule/not-found': 'store it first, or correct the name',
  'smartmodule/refused': 'build it with the SmartModule SDK, for wasm32-unknown-unknown',
  'smartmodule/not-started': 'give it the parameters that it wants',
  'smartmodule/failed': 'correct the record or the SmartModule',
  'table-format/not-found': 'look at the list of table formats',
  'table-format/exists': 'delete it first, or choose another name',
  'mirror/not-found': 'look at the list of mirrors',
  'mirror/exists': 'delete it first, or choose another name',
  'offset/out-of-range': 'ask for an offset between the start and the end of the partition',
  'offset/evicted': 'start at the next available one',
  'batch/too-large': 'send smaller batches, or make the topic with larger segments',
  'partition/full': 'wait for retention, or raise the size that the topic may have',
  'partition/storage': 'look at the disk and the log of its SPU',
};

/** The texts of these codes, for a package's table of them. */
type ServerTexts = { readonly [Code in ServerErrorCode]: ErrorText<ServerAnswer> };

/** @internal See {@link ServerTexts}. */
export const serverTexts: ServerTexts = Object.fromEntries(
  Object.entries(FIXES).map(([code, fix]) => [code, { text: (c: ServerAnswer) => textOf(c, fix) }]),
) as unknown as ServerTexts;

function textOf({ what, error, name, number, message }: ServerAnswer, fix: string): string {
  return `${what} failed: ${said(error, message)}${fix === '' ? '' : `; ${fix}`} (${name}, ${number})`;
}

/** What the server said, else what the code means. `Other` means nothing without its own text. */
function said(error: ErrorCode, answered: string | undefined): string {
  // What servers advise is in the words of the official command line.
  const [message] = (answered ?? '').split('\nHint:');
  if (message === undefined || message === '') return errorText(error);
  return error.kind === 'Other' ? `${message}: ${errorText(error)}` : message;
}
