/** What one process of the consumer's benchmark is asked to measure. */
import type { CodecName } from '@fluvio-ts/protocol';

interface Place {
  readonly endpoint: string;
  readonly topic: string;
}

/** One case. Each runs in a process of its own. */
export type ConsumeJob = Place &
  (
    | { readonly do: 'fill'; readonly sizeBytes: number; readonly records: number; readonly codec: CodecName }
    | { readonly do: 'read'; readonly by: 'batch' | 'record'; readonly sizeBytes: number; readonly records: number }
    | { readonly do: 'latency'; readonly perSecond: number; readonly records: number }
    | { readonly do: 'first'; readonly consumers: number }
    | { readonly do: 'heap'; readonly records: number }
    | { readonly do: 'paused' }
  );

/** What is measured, in the unit of the case; `note` is for the reader. */
export interface Measured {
  readonly samples: readonly number[];
  /** Microseconds of processor per record, round by round. */
  readonly cpu?: readonly number[];
  readonly note?: string;
}
