/** SmartModules as values. */
import type { ObjectOf, SmartModuleSpec, SmartModuleStatus } from '@fluvio-ts/protocol';
import { listOf, watchOf } from '@fluvio-ts/protocol';
import type { AdminObject, Kind } from './object.ts';
import { byName } from './object.ts';

/**
 * A stored SmartModule. Its WebAssembly, `spec.wasm.payload` (gzip), is empty unless it was asked for: lists and watches
 * leave it out.
 */
export interface SmartModule extends AdminObject<'smartmodule', SmartModuleSpec, SmartModuleStatus> {
  /** Size of its gzipped WebAssembly; undefined where neither that nor its size was read. */
  readonly sizeBytes: number | undefined;
}

/** A SmartModule from its parts. */
export const smartModule = (name: string, spec: SmartModuleSpec, status: SmartModuleStatus): SmartModule => ({
  kind: 'smartmodule',
  name,
  spec,
  status,
  owner: undefined,
  sizeBytes: spec.summary?.wasmLength ?? (spec.wasm.payload.length === 0 ? undefined : spec.wasm.payload.length),
});

/** See {@link Kind}. */
export const smartModuleKind: Kind<ObjectOf<'SmartModule'>, SmartModule> = {
  plural: 'SmartModules',
  list: listOf.SmartModule,
  watch: watchOf.SmartModule,
  fromWire: ({ name, spec, status }) => smartModule(name, spec, status),
  order: byName,
  state: ({ name }) => `SmartModule '${name}' is stored`,
};
