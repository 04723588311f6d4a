/** SmartModules as a request names them. */
import type { Infer } from '../../wire/schema.ts';
import { bytes, duration, list, map, option, since, string, struct, u64, union, variant } from '../../wire/schema.ts';

/** How far a module looks back before it starts: the last records, or those of an age. Rust: `Lookback`, fluvio-smartmodule/src/input.rs. */
export const Lookback = struct({ last: u64, age: since(21, option(duration), undefined) });
export interface Lookback extends Infer<typeof Lookback> {}

/** Parameters of a module. Rust: `SmartModuleExtraParams`, fluvio-smartmodule/src/input.rs. */
export const SmartModuleParams = struct({
  params: map(string, string),
  lookback: since(20, option(Lookback), undefined),
});
export interface SmartModuleParams extends Infer<typeof SmartModuleParams> {}

/** Where the module comes from: stored under a name, or sent along as gzip of its `.wasm`. Rust: `SmartModuleInvocationWasm`, fluvio-spu-schema/src/server/smartmodule.rs. */
export const SmartModuleSource = union({
  predefined: variant(0, { name: string }),
  adHoc: variant(1, { gzippedWasm: bytes }),
});
export type SmartModuleSource = Infer<typeof SmartModuleSource>;

/** Data beside a generic module. Rust: `SmartModuleContextData`, fluvio-spu-schema/src/server/smartmodule.rs. */
export const SmartModuleContext = union({
  none: variant(0),
  aggregate: variant(1, { accumulator: bytes }),
  join: variant(2, { topic: string }),
  joinStream: variant(3, { topic: string, derivedStream: string }),
});
export type SmartModuleContext = Infer<typeof SmartModuleContext>;

/** What the caller takes the module for; the module's exports decide. Rust: `SmartModuleKind`, fluvio-spu-schema/src/server/smartmodule.rs. */
export const SmartModuleKind = union({
  filter: variant(0),
  map: variant(1),
  arrayMap: variant(2),
  aggregate: variant(3, { accumulator: bytes }),
  filterMap: variant(4),
  join: variant(5, { topic: string }),
  joinStream: variant(6, { topic: string, derivedStream: string }),
  generic: variant(7, { context: SmartModuleContext }),
});
export type SmartModuleKind = Infer<typeof SmartModuleKind>;

/** One module to apply. Rust: `SmartModuleInvocation`, fluvio-spu-schema/src/server/smartmodule.rs. */
export const SmartModuleInvocation = struct({
  wasm: SmartModuleSource,
  kind: SmartModuleKind,
  params: SmartModuleParams,
  name: since(25, option(string), undefined),
});
export interface SmartModuleInvocation extends Infer<typeof SmartModuleInvocation> {}

/** A derived stream, of versions 16 to 18 only. Rust: `DerivedStreamInvocation`, fluvio-spu-schema/src/server/stream_fetch.rs. */
export const DerivedStreamInvocation = struct({ stream: string, params: SmartModuleParams });
export interface DerivedStreamInvocation extends Infer<typeof DerivedStreamInvocation> {}

/** A list of modules, applied in order. */
export const SmartModuleChain = list(SmartModuleInvocation);
