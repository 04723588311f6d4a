/** What a fault is: which requests it strikes, and what happens to them. Plain data, so that it can go to another process. */
import type { ErrorCode } from '@fluvio-ts/protocol';

/** Requests to SPUs that faults can strike. */
export type SpuFaultApi =
  | 'Produce'
  | 'Fetch'
  | 'FetchOffsets'
  | 'StreamFetch'
  | 'UpdateOffsets'
  | 'UpdateConsumerOffset'
  | 'DeleteConsumerOffset'
  | 'FetchConsumerOffsets';

/** Requests to the SC that faults can strike. */
export type ScFaultApi = 'Create' | 'Delete' | 'Update' | 'List' | 'Watch';

/** Requests that faults can strike. `ApiVersions` is the first one of every connection, to any server. */
export type FaultApi = SpuFaultApi | ScFaultApi | 'ApiVersions';

/** What happens to a request. */
export type FaultEffect =
  /** It is lost before it is carried out, or its answers are lost after that. The connection stays. */
  | { readonly kind: 'drop'; readonly what: 'request' | 'answer' }
  /** Each of its answers comes so much later. */
  | { readonly kind: 'delay'; readonly delayMs: number }
  /** It is carried out, and the connection breaks in the middle of its answer. */
  | { readonly kind: 'cut' }
  /** It is not carried out, and every entry of its answer has this error. */
  | { readonly kind: 'error'; readonly errorCode: ErrorCode }
  /** The records of its answers are cut at the size that it asks for, through the middle of a batch where that falls into one. */
  | { readonly kind: 'truncate' }
  /** The server says that it speaks these versions of the API only. */
  | { readonly kind: 'versions'; readonly min: number | undefined; readonly max: number };

/** A fault, as a server is told. */
export interface FaultOrder {
  readonly id: number;
  readonly api: FaultApi;
  readonly topic?: string | undefined;
  readonly partition?: number | undefined;
  /** How many requests it strikes; undefined: all, until it is cleared. */
  readonly count: number | undefined;
  readonly effect: FaultEffect;
}

const SC_APIS: ReadonlySet<FaultApi> = new Set<FaultApi>(['Create', 'Delete', 'Update', 'List', 'Watch']);

/** Whether an API is one of the SC. */
export const isScApi = (api: FaultApi): boolean => SC_APIS.has(api);
