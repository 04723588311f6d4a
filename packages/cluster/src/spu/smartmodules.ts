/** SmartModules in requests: this version runs none, and says so instead of handing out records that were not transformed. */
import type { ErrorCode, SmartModuleInvocation } from '@fluvio-ts/protocol';

/** The error for a request that names modules; undefined for one that names none. */
export function refuseSmartModules(chain: readonly SmartModuleInvocation[]): ErrorCode | undefined {
  const [first] = chain;
  if (first === undefined) return undefined;
  if (first.wasm.kind === 'predefined') return { kind: 'SmartModuleNotFound', name: first.wasm.name };
  return {
    kind: 'SmartModuleChainInitError',
    message: 'this embedded cluster does not run SmartModules yet: use a Fluvio cluster for them',
  };
}
