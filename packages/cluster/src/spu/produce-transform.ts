/** What becomes of records between a producer and the log: the SmartModules of its request, and the topic's deduplication. */
import type { SmartModuleInvocation } from '@fluvio-ts/protocol';
import type { SmartModuleChain } from '@fluvio-ts/smartmodule';
import type { Deduplicator } from './deduplication.ts';
import type { SmartModules } from './smartmodules.ts';
import { codeOf } from './smartmodules.ts';
import type { Transformed } from './transform-entry.ts';
import { transformed } from './transform-entry.ts';
import { takeTurnsOf } from './turns.ts';

/** The modules of one request, for its entries one after another. */
export type RequestTransform = (records: Uint8Array) => Promise<Transformed>;

/** Transforms what is produced on one SPU. */
export interface ProduceTransforms {
  /**
   * Runs `task` with the modules of a request, which see its entries in order and are started for it. They may keep it
   * waiting while too many other requests run theirs.
   */
  through<T>(
    invocations: readonly SmartModuleInvocation[],
    options: { readonly version: number; readonly signal: AbortSignal },
    task: (transform: RequestTransform) => Promise<T>,
  ): Promise<T>;
  /** Drops what a partition has already. */
  readonly deduplicator: Deduplicator;
}

/** Requests that run modules at a time: each has a thread. */
const REQUESTS_AT_ONCE = 16;

/** Makes the transforms of an SPU. */
export function produceTransforms(smartModules: SmartModules, deduplicator: Deduplicator): ProduceTransforms {
  const turns = takeTurnsOf(REQUESTS_AT_ONCE);
  return {
    deduplicator,
    through(invocations, options, task) {
      const { signal } = options;
      if (invocations.length === 0) return task(async (records) => ({ records }));
      return turns.take(async () => {
        let chain: SmartModuleChain;
        try {
          chain = await smartModules.start(invocations, options);
        } catch (error) {
          const refused = codeOf(error, 'produce');
          return task(async () => ({ refused }));
        }
        try {
          return await task((records) => transformed(chain, records, signal));
        } finally {
          await chain.close();
        }
      });
    },
  };
}
