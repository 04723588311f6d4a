/** What a client tells of itself: one union, the same for hooks, `diagnostics_channel` and the log. */

/** The server at the other end of a connection. */
export interface ServerPlace {
  /** The streaming controller, or an SPU. */
  readonly server: 'sc' | 'spu';
  /** The SPU's id; absent for the controller. */
  readonly spuId?: number;
  /** `host:port` as it was dialled. */
  readonly address: string;
}

/** Something that happened; `type` says what. Times are milliseconds. */
export type ClientEvent =
  /** A connection stands, its handshakes included. */
  | (ServerPlace & { readonly type: 'connected'; readonly durationMs: number })
  /** A connection could not be made. It is tried again after a pause, by itself or when it is wanted. */
  | (ServerPlace & { readonly type: 'connect-failed'; readonly durationMs: number; readonly error: unknown })
  /** A connection ended. `isExpected` when this client ended it. */
  | (ServerPlace & {
      readonly type: 'disconnected';
      readonly ageMs: number;
      readonly isExpected: boolean;
      readonly error: unknown;
    })
  /** A request was answered, or failed: then there is an `error`. */
  | (ServerPlace & {
      readonly type: 'request';
      readonly api: string;
      readonly durationMs: number;
      readonly error?: unknown;
    })
  /** The controller has told everything that it knows, at the beginning and after each reconnect. */
  | {
      readonly type: 'metadata';
      readonly topics: number;
      readonly partitions: number;
      readonly spus: number;
    }
  /** A batch was acknowledged, or refused: then there is an `error`, and no record of it will be sent again. */
  | {
      readonly type: 'batch';
      readonly topic: string;
      readonly partition: number;
      readonly records: number;
      readonly bytes: number;
      /** 1 for a batch that went through at once. */
      readonly attempts: number;
      /** From its first record until it was first sent. */
      readonly queuedMs: number;
      /** From then until its outcome was known. */
      readonly latencyMs: number;
      readonly error?: unknown;
    }
  /** Records could not be delivered to the leader of their partition, and will be sent again. */
  | {
      readonly type: 'producer-retry';
      readonly topic: string;
      readonly partition: number;
      /** 1 for the first repetition. */
      readonly attempt: number;
      /** Records that wait for it. */
      readonly records: number;
      readonly error: unknown;
    }
  /** A consumer's stream was interrupted and will be resumed. */
  | {
      readonly type: 'consumer-retry';
      readonly topic: string;
      readonly partition: number;
      readonly attempt: number;
      readonly error: unknown;
    }
  /** Retention removed records before they could be read, or uncommitted ones that were read were lost with their leader. */
  | {
      readonly type: 'gap';
      readonly topic: string;
      readonly partition: number;
      readonly wanted: bigint;
      readonly next: bigint;
      readonly reason: 'evicted' | 'truncated';
    }
  /** A named consumer's offset was stored, or not: then there is an `error`, and it is tried again with the next one. */
  | {
      readonly type: 'commit';
      readonly consumerId: string;
      readonly topic: string;
      readonly partition: number;
      /** The last record that is done. */
      readonly offset: bigint;
      readonly durationMs: number;
      readonly error?: unknown;
    }
  /** Something is set up so that it may not work; said once. */
  | { readonly type: 'warning'; readonly message: string };

/** Kinds of {@link ClientEvent}. */
export type ClientEventType = ClientEvent['type'];

/** The event of one kind. */
export type ClientEventOf<Type extends ClientEventType> = Extract<ClientEvent, { readonly type: Type }>;

/** Hooks by kind of event. One that throws, or whose promise rejects, is told to the log and changes nothing else. */
export type ClientHooks = {
  readonly [Type in ClientEventType]?: (event: ClientEventOf<Type>) => unknown;
};
