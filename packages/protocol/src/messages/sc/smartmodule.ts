/** SmartModules as the SC stores them: a WebAssembly module and what its author says about it. */
import type { Infer, Type } from '../../wire/schema.ts';
import {
  bool,
  bytes,
  byVersion,
  choice,
  list,
  map,
  mapped,
  option,
  since,
  string,
  struct,
  u32,
} from '../../wire/schema.ts';

/** How the payload is written. Rust: `SmartModuleWasmFormat`, fluvio-controlplane-metadata/src/smartmodule/spec.rs. */
export const SmartModuleWasmFormat = choice({ BINARY: 0, TEXT: 1 });
/** The value type of {@link SmartModuleWasmFormat}. */
export type SmartModuleWasmFormat = Infer<typeof SmartModuleWasmFormat>;

/** The module. Rust: `SmartModuleWasm`, fluvio-controlplane-metadata/src/smartmodule/spec.rs. */
export const SmartModuleWasm = struct({
  format: SmartModuleWasmFormat,
  /** The gzip of a `.wasm` file; empty in a summary. */
  payload: bytes,
});
/** The value type of {@link SmartModuleWasm}. */
export interface SmartModuleWasm extends Infer<typeof SmartModuleWasm> {}

/** Who may see a package on a hub. Rust: `SmartModuleVisibility`, fluvio-controlplane-metadata/src/smartmodule/package.rs. */
export const SmartModuleVisibility = choice({ private: 0, public: 1 });
/** The value type of {@link SmartModuleVisibility}. */
export type SmartModuleVisibility = Infer<typeof SmartModuleVisibility>;

/** Name, version and origin. Rust: `SmartModulePackage`, fluvio-controlplane-metadata/src/smartmodule/package.rs. */
export const SmartModulePackage = struct({
  name: string,
  group: string,
  /** A semantic version; Rust readers fail on anything else. */
  version: string,
  /** A semantic version; Rust readers fail on anything else. */
  apiVersion: string,
  description: option(string),
  license: option(string),
  visibility: since(19, SmartModuleVisibility, 'private'),
  repository: option(string),
});
/** The value type of {@link SmartModulePackage}. */
export interface SmartModulePackage extends Infer<typeof SmartModulePackage> {}

/** A parameter that the module takes. Rust: `SmartModuleParam`, fluvio-controlplane-metadata/src/smartmodule/params.rs. */
export const SmartModuleParam = struct({ description: option(string), optional: bool });
/** The value type of {@link SmartModuleParam}. */
export interface SmartModuleParam extends Infer<typeof SmartModuleParam> {}

/** What the module's `SmartModule.toml` says. Rust: `SmartModuleMetadata`, fluvio-controlplane-metadata/src/smartmodule/package.rs. */
export const SmartModuleMetadata = struct({
  package: SmartModulePackage,
  /** By name. */
  params: map(string, SmartModuleParam),
});
/** The value type of {@link SmartModuleMetadata}. */
export interface SmartModuleMetadata extends Infer<typeof SmartModuleMetadata> {}

/** What stands for a payload that was left out. Rust: `SmartModuleWasmSummary`, fluvio-controlplane-metadata/src/smartmodule/spec.rs. */
export const SmartModuleWasmSummary = struct({
  /** Size of the payload in bytes. */
  wasmLength: u32,
});
/** The value type of {@link SmartModuleWasmSummary}. */
export interface SmartModuleWasmSummary extends Infer<typeof SmartModuleWasmSummary> {}

const specV2 = struct({
  /** Absent: the module was stored as a bare file. */
  meta: option(SmartModuleMetadata),
  /** Present only in answers to requests for a summary. */
  summary: option(SmartModuleWasmSummary),
  wasm: SmartModuleWasm,
});

/** Rust: `SmartModuleSpecV1`, fluvio-controlplane-metadata/src/smartmodule/spec_v1.rs. */
const specV1 = struct({
  inputKind: choice({ Stream: 0, External: 1 }),
  outputKind: choice({ Stream: 0, External: 1, Table: 2 }),
  sourceCode: option(struct({ language: choice({ Rust: 0 }), payload: string })),
  wasm: SmartModuleWasm,
  parameters: option(list(struct({ name: string }))),
});

/**
 * A stored module. Below version 10 the wire has an older layout, of which readers keep the module only and writers
 * leave the rest empty. Rust: `SmartModuleSpec`, fluvio-controlplane-metadata/src/smartmodule/spec.rs.
 */
export const SmartModuleSpec: Type<SmartModuleSpec> = byVersion(
  10,
  mapped(
    specV1,
    ({ wasm }): SmartModuleSpec => ({ meta: undefined, summary: undefined, wasm }),
    ({ wasm }): Infer<typeof specV1> => ({
      inputKind: 'Stream',
      outputKind: 'Stream',
      sourceCode: undefined,
      wasm,
      parameters: undefined,
    }),
  ),
  specV2,
);
/** The value type of {@link SmartModuleSpec}. */
export interface SmartModuleSpec extends Infer<typeof specV2> {}

/** Nothing: a SmartModule has no state. Rust: `SmartModuleStatus`, fluvio-controlplane-metadata/src/smartmodule/status.rs. */
export const SmartModuleStatus = struct({});
/** The value type of {@link SmartModuleStatus}. */
export type SmartModuleStatus = Infer<typeof SmartModuleStatus>;
