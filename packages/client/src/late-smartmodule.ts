/**
 * A SmartModule that was stored a moment ago: the controller has it, and SPUs hear of it soon. Until then they say that
 * there is none, which is worth another attempt only while the controller says otherwise.
 */
import { isFluvioError, listOf, smartModuleFor } from '@fluvio-ts/protocol';
import type { StopSignal } from '@fluvio-ts/protocol/internal';
import type { Cluster } from './cluster.ts';
import type { ServerCodes } from './server-answers.ts';

/** Milliseconds for a SmartModule to get from the controller to an SPU. */
const ARRIVAL_MS = 10_000;

/** See the file's head. */
export interface LateSmartModule {
  /** Whether an error means that the SPU does not know yet what the controller has. */
  isComing(error: unknown, signal: StopSignal): Promise<boolean>;
}

/** Remembers since when one has been waited for. */
export function lateSmartModule(cluster: Pick<Cluster, 'callSc'>): LateSmartModule {
  let sinceMs: number | undefined;
  return {
    async isComing(error, signal) {
      if (!isFluvioError(error, 'smartmodule/not-found')) return false;
      const { module } = error.context as ServerCodes['smartmodule/not-found'];
      sinceMs ??= performance.now();
      if (performance.now() - sinceMs > ARRIVAL_MS) return false;
      const query = { nameFilters: [], summary: true, system: false };
      try {
        const stored = await cluster.callSc(listOf.SmartModule, query, { signal });
        return smartModuleFor(module, stored) !== undefined;
      } catch {
        // Who cannot ask goes by what the SPU says.
        return false;
      }
    },
  };
}
