/** What one process of the producer's benchmark is asked to measure. */
import type { CodecName } from '@fluvio-ts/protocol';

interface Place {
  readonly endpoint: string;
  readonly topic: string;
}

/** How an application hands its records over. */
export type Way = 'send' | 'enqueue' | 'sendAll';

/** One case. Each runs in a process of its own. */
export type ProduceJob = Place &
  (
    | {
        readonly do: 'rate';
        readonly by: Way;
        readonly sizeBytes: number;
        readonly records: number;
        readonly codec?: CodecName;
      }
    | { readonly do: 'trip'; readonly sizeBytes: number }
    | { readonly do: 'heap'; readonly records: number }
  );

/** What is measured, in the unit of the case; `cpuUs` is the processor time of the client for each record. */
export interface Measured {
  readonly samples: readonly number[];
  readonly cpuUs?: readonly number[];
  /** Most that was held meanwhile, in megabytes. */
  readonly peak?: number;
}
