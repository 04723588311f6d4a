/** SmartModules by key: asked for from the SC each time, because they may be replaced, and fetched only when they were. */
import { errorText, isFluvioError } from '@fluvio-ts/protocol';
import { clusterError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import { reasonOf } from '../logger.ts';
import type { FindSmartModuleRequest, FindSmartModuleResponse } from '../private/smartmodules.ts';

/** Finds modules. */
export interface SmartModuleSource {
  /**
   * The stored gzip of a module; undefined if there is none. The same array as long as the module is the same.
   *
   * @throws `cluster/smartmodule-unknown` when the SC cannot be asked, and the module was not used before
   */
  find(key: string): Promise<Uint8Array | undefined>;
}

/** What is kept of modules that were used, in bytes; those that were not used for longest go first. */
const KEPT_BYTES = 64 << 20;

/** Makes a source that has nothing yet. */
export function smartModuleSource(
  ask: (request: FindSmartModuleRequest) => Promise<FindSmartModuleResponse>,
  log: Logger,
): SmartModuleSource {
  const kept = new Map<string, { readonly uid: string; readonly payload: Uint8Array }>();
  let keptBytes = 0;

  const forget = (key: string): void => {
    keptBytes -= kept.get(key)?.payload.length ?? 0;
    kept.delete(key);
  };
  const keep = (key: string, uid: string, payload: Uint8Array): void => {
    forget(key);
    kept.set(key, { uid, payload });
    keptBytes += payload.length;
    for (const oldest of kept.keys()) {
      if (keptBytes <= KEPT_BYTES || oldest === key) break;
      forget(oldest);
    }
  };

  return {
    async find(key) {
      const known = kept.get(key);
      let answer: FindSmartModuleResponse;
      try {
        answer = await ask({ key, known: known?.uid });
        if (answer.errorCode.kind !== 'None') throw new Error(errorText(answer.errorCode));
      } catch (error) {
        // An SPU goes on with what it has while its SC is away.
        if (known !== undefined && isFluvioError(error)) {
          log('warn', 'a SmartModule is used as it was last known', { key, reason: reasonOf(error) });
          return known.payload;
        }
        throw clusterError('cluster/smartmodule-unknown', { module: key, reason: reasonOf(error) }, error);
      }
      const { found } = answer;
      if (found === undefined) {
        forget(key);
        return undefined;
      }
      const payload = found.payload ?? known?.payload;
      if (payload === undefined) return undefined;
      keep(key, found.uid, payload);
      return payload;
    },
  };
}
