/** The error codes of `@fluvio-ts/client`. */
import type { ErrorCode, ErrorFactory, FluvioError } from '@fluvio-ts/protocol';
import { defineErrors, errorNumber, isFluvioError } from '@fluvio-ts/protocol';
import type { SendResult } from './producer/result.ts';
import { codeOfAnswer, type ServerAnswer, type ServerCodes, serverTexts } from './server-answers.ts';

/** The codes that this package raises, besides those of `@fluvio-ts/protocol` and of the transport. */
export interface ClientCodes extends ServerCodes {
  /** None of the given endpoints could be reached; `cause` is the last failure. */
  'connect/failed': { readonly endpoints: readonly string[]; readonly reason: string };
  /** A wait ended at its deadline; `cause` is what kept failing meanwhile. */
  'connect/timeout': { readonly what: string; readonly timeoutMs: number; readonly reason: string };
  /**
   * An SPU cannot be reached at an address that only its own machine could use, or that the `spuAddress` function made;
   * `origin` says where it came from, `cause` is the transport's error.
   */
  'connect/spu-address': {
    readonly spu: number;
    readonly address: string;
    readonly endpoint: string;
    readonly origin: 'public' | 'local' | 'mapped';
    readonly reason: string;
  };
  /** The client was closed. */
  'client/closed': { readonly what: string };
  /** The cluster has no such topic. */
  'topic/not-found': { readonly topic: string; readonly endpoint: string };
  /** The topic has fewer partitions. */
  'partition/not-found': { readonly topic: string; readonly partition: number; readonly partitions: number };
  /** The partition has no reachable leader. */
  'partition/unavailable': { readonly topic: string; readonly partition: number; readonly reason: string };
  /** A record's key or value is neither bytes nor text; or, with `field` `record`, what was given is no record. */
  'produce/invalid-record': { readonly topic: string; readonly field: string; readonly kind: string };
  /** An encoder refused a record's key or value; `cause` is what it threw. */
  'produce/unencodable': {
    readonly topic: string;
    readonly field: 'key' | 'value';
    readonly reason: string;
    /** The code of the cause, if it has one. */
    readonly by?: string;
  };
  /** A record is larger than one request may be. */
  'produce/too-large': { readonly topic: string; readonly sizeBytes: number; readonly limitBytes: number };
  /** A record was not acknowledged within its deadline; it may or may not be stored. */
  'produce/timeout': {
    readonly topic: string;
    readonly partition: number;
    readonly timeoutMs: number;
    readonly waitingFor: string;
  };
  /** The producer's buffer stayed full until the deadline. */
  'produce/buffer-full': { readonly topic: string; readonly bufferBytes: number; readonly timeoutMs: number };
  /** The producer was closed before the record was acknowledged. */
  'produce/closed': { readonly topic: string };
  /** With `delivery: 'atMostOnce'`: an attempt ended without an answer, so that the record may or may not be stored. */
  'produce/unconfirmed': { readonly topic: string; readonly partition: number; readonly reason: string };
  /** Some records of a `sendAll` failed; `results` has an entry for each record, undefined for those, and `cause` is the first failure. */
  'produce/partial': {
    readonly topic: string;
    readonly acknowledged: number;
    readonly failed: number;
    readonly results: readonly (SendResult | undefined)[];
    readonly reason: string;
  };
  /** Records of `enqueue` failed, and there is no `onFailure` that was told; `cause` is the first failure. */
  'produce/undelivered': { readonly topic: string; readonly records: number; readonly reason: string };
  /** A producer should compress, and has no codec for it. */
  'produce/codec-missing': { readonly topic: string; readonly codec: string };
  /** An option has a value that cannot work. */
  'option/invalid': { readonly option: string; readonly reason: string };
  /** A decoder refused a record's key or value; `cause` is what it threw. */
  'consume/undecodable': {
    readonly topic: string;
    readonly partition: number;
    readonly offset: bigint;
    readonly field: 'key' | 'value';
    readonly reason: string;
  };
  /** A SmartModule at the SPU failed on a record. */
  'consume/smartmodule-failed': {
    readonly topic: string;
    readonly partition: number;
    /** The record, as far as the SPU knows its offset. */
    readonly offset: bigint;
    readonly hint: string;
    readonly key: Uint8Array | null;
    readonly value: Uint8Array;
  };
  /**
   * With `whenEvicted: 'fail'`: uncommitted records that were read are lost with their leader, from `next` to in front of
   * `wanted`, and others get their offsets.
   */
  'consume/truncated': {
    readonly topic: string;
    readonly partition: number;
    readonly wanted: bigint;
    readonly next: bigint;
  };
  /** One batch is larger than the client will fetch. */
  'consume/batch-too-large': {
    readonly topic: string;
    readonly partition: number;
    readonly offset: bigint;
    readonly neededBytes: number;
    readonly limitBytes: number;
  };
}

/** @internal Makes the errors of this package. */
export const clientError: ErrorFactory<ClientCodes> = defineErrors<ClientCodes>({
  ...serverTexts,
  'connect/failed': {
    text: (c) => `no Fluvio cluster could be reached at ${c.endpoints.join(', ')}: ${c.reason}`,
    // Another version or another certificate does not come by waiting.
    retryable: (cause) => !isFluvioError(cause) || cause.retryable,
  },
  'connect/timeout': {
    text: (c) => `${c.what} did not succeed within ${c.timeoutMs} ms: ${c.reason}`,
    retryable: true,
  },
  'connect/spu-address': {
    text: (c) =>
      c.origin === 'mapped'
        ? `SPU ${c.spu} cannot be reached at ${c.address}, which the spuAddress function of this client made of the address that it registered with the controller at ${c.endpoint}: correct the function (${c.reason})`
        : `SPU ${c.spu} cannot be reached at ${c.address}, which it registered with the controller at ${c.endpoint} and which means this machine, not its own: register the SPU under an address that clients can reach, or translate it with spuAddress (${c.reason})`,
    retryable: (cause) => isFluvioError(cause) && cause.retryable,
  },
  'client/closed': { text: (c) => `${c.what} is not possible: the client is closed` },
  'topic/not-found': {
    text: (c) => `topic '${c.topic}' does not exist on the cluster at ${c.endpoint}: create it first`,
  },
  'partition/not-found': {
    text: (c) => `topic '${c.topic}' has no partition ${c.partition}: it has ${c.partitions}, numbered from 0`,
  },
  'partition/unavailable': {
    text: (c) => `partition ${c.topic}-${c.partition} cannot be reached: ${c.reason}`,
    retryable: true,
  },
  'produce/invalid-record': {
    text: (c) =>
      c.field === 'record'
        ? `topic '${c.topic}' was given ${c.kind === 'undefined' || c.kind === 'null' ? c.kind : `a ${c.kind}`} for a record: it must be an object with a value, { value }`
        : `a record for topic '${c.topic}' has a ${c.field} of type ${c.kind}: it must be a Uint8Array or a string, so encode it first`,
  },
  'produce/unencodable': {
    text: (c) => `a record for topic '${c.topic}' has a ${c.field} that its encoder refuses: ${c.reason}`,
  },
  'produce/too-large': {
    text: (c) =>
      `a record of ${c.sizeBytes} bytes for topic '${c.topic}' is over the request limit of ${c.limitBytes}: split it or raise maxRequestBytes`,
  },
  'produce/timeout': {
    text: (c) =>
      `a record for ${c.topic}-${c.partition} was not acknowledged within ${c.timeoutMs} ms; it was waiting for ${c.waitingFor}`,
  },
  'produce/buffer-full': {
    text: (c) =>
      `the producer of topic '${c.topic}' holds ${c.bufferBytes} unacknowledged bytes and ${c.timeoutMs > 0 ? `had no room for ${c.timeoutMs} ms` : 'has no room'}: slow down, or raise bufferBytes`,
    retryable: true,
  },
  'produce/closed': { text: (c) => `the producer of topic '${c.topic}' is closed` },
  'produce/unconfirmed': {
    text: (c) =>
      `a record for ${c.topic}-${c.partition} may or may not be stored, and is not sent again since delivery is atMostOnce: ${c.reason}`,
  },
  'produce/partial': {
    text: (c) =>
      `${c.failed} of ${c.failed + c.acknowledged} records for topic '${c.topic}' were not delivered: ${c.reason}`,
  },
  'produce/undelivered': {
    text: (c) =>
      `${c.records} enqueued ${c.records === 1 ? 'record was' : 'records were'} not delivered to topic '${c.topic}' (pass onFailure to hear of each): ${c.reason}`,
  },
  'produce/codec-missing': {
    text: (c) =>
      `batches for topic '${c.topic}' are to be compressed with ${c.codec}, and connect() was given no codec for it: pass codecs of @fluvio-ts/compression`,
  },
  'option/invalid': { text: (c) => `option ${c.option} ${c.reason}` },
  'consume/undecodable': {
    text: (c) =>
      `the ${c.field} of the record at offset ${c.offset} of ${c.topic}-${c.partition} cannot be decoded: ${c.reason} (where options.value decodes, onUndecodable can skip such records, or put them aside)`,
  },
  'consume/smartmodule-failed': {
    text: (c) =>
      `a SmartModule failed on the record at offset ${c.offset} of ${c.topic}-${c.partition}: ${c.hint}; repair the module, or pass onSmartModuleFailure: 'skip'`,
  },
  'consume/truncated': {
    text: (c) =>
      `records of ${c.topic}-${c.partition} that were read, from offset ${c.next} to ${c.wanted - 1n}, are lost with their leader before they were committed: undo what came of them and go on at ${c.next}, or read with isolation: 'read_committed'`,
  },
  'consume/batch-too-large': {
    text: (c) =>
      `the batch at offset ${c.offset} of ${c.topic}-${c.partition} has ${c.neededBytes} bytes, over the limit of ${c.limitBytes}: raise maxBatchBytes`,
  },
});

/** Kinds that another leader, or the same one a little later, may not answer. */
const PASSING: ReadonlySet<ErrorCode['kind']> = new Set([
  'NotLeaderForPartition',
  'PartitionNotLeader',
  'SpuOffline',
  'FetchSessionNotFoud',
  'TopicPendingInitialization',
  'PartitionPendingInitialization',
]);

/** @internal Whether the same request may succeed once the metadata is fresh. */
export const isPassing = (error: ErrorCode): boolean => PASSING.has(error.kind);

/** @internal An error that a server answered; `message` is what it said beyond the code. */
export function serverError(what: string, error: ErrorCode, message?: string): FluvioError<ServerCodes> {
  const answer: ServerAnswer = { what, name: error.kind, number: errorNumber(error), error, message };
  return error.kind === 'SmartModuleNotFound'
    ? clientError('smartmodule/not-found', { ...answer, module: error.name })
    : clientError(codeOfAnswer(error), answer);
}

/** @internal What a server answered, if that is what an error tells of. */
export function answerIn(error: unknown): ErrorCode | undefined {
  if (!isFluvioError(error)) return undefined;
  const { error: answered, number } = (error.context ?? {}) as Partial<ServerAnswer>;
  return typeof number === 'number' ? answered : undefined;
}

/** @internal Whether trying again may help: the connection or the leader changed, nothing about the request is wrong. */
export function isRetryable(error: unknown): boolean {
  if (!isFluvioError(error)) return false;
  if (error.retryable) return true;
  const answered = answerIn(error);
  return answered !== undefined && isPassing(answered);
}

/** @internal The text of anything thrown. */
export const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
