/**
 * What goes into a SmartModule and what comes out, at every version of the API that its caller speaks.
 *
 * Every call is `export(pointer, length, version) -> status`: the host writes the encoded input into memory that the
 * guest's `alloc` gave, and reads the output from where the guest's last `copy_records(pointer, length)` said. A status
 * below 0 is an error. Rust: fluvio-smartmodule/src/{input,output,error}.rs.
 */
import { type Infer, SmartModuleErrorKind, SmartModuleParams, schema } from '@fluvio-ts/protocol';
import type { TransformKind } from './kind.ts';

const { bytes, i64, option, since, string, struct, varBytes } = schema;

const NO_BYTES = new Uint8Array(0);

/** Newest version of the API that Fluvio speaks, and so the newest that modules know. */
export const NEWEST_VERSION = 25;

/** Parameters inside a transform's input, where no module looks for them: they are for `init`. */
export const NO_PARAMS: SmartModuleParams = { params: new Map(), lookback: undefined };

/** What `init` gets: the parameters of the invocation. Rust: `SmartModuleInitInput`. */
export const InitInput = SmartModuleParams;

/** What a transform and `look_back` get. Rust: `SmartModuleInput`. */
export const TransformInput = struct({
  baseOffset: i64,
  /** A u32 count and the records, as in the body of a batch that is not compressed. */
  records: bytes,
  params: since(0, SmartModuleParams, NO_PARAMS, 22),
  joinRecord: since(16, bytes, NO_BYTES, 22),
  /** Unix milliseconds that the records' times count from; −1 for none. */
  baseTimestamp: since(22, i64, -1n),
});

/** What `aggregate` gets. Rust: `SmartModuleAggregateInput`. */
export const AggregateInput = struct({ base: TransformInput, accumulator: bytes });

/** The record that a transform refused. Rust: `SmartModuleTransformRuntimeError`. */
export const RuntimeFault = struct({
  hint: string,
  offset: i64,
  kind: SmartModuleErrorKind,
  key: option(varBytes),
  value: varBytes,
});
export interface RuntimeFault extends Infer<typeof RuntimeFault> {}

/** What follows the records in a transform's output: u32 count, records, this. Rust: `SmartModuleOutput`. */
export const OutputTail = struct({ error: option(RuntimeFault) });
export interface OutputTail extends Infer<typeof OutputTail> {}

/** What follows the records in the output of `aggregate`. Rust: `SmartModuleAggregateOutput`. */
export const AggregateOutputTail = struct({ error: option(RuntimeFault), accumulator: since(16, bytes, NO_BYTES) });

/** What `init` answers with {@link INIT_REFUSED}. Rust: `SmartModuleInitErrorStatus`. */
export const InitOutput = struct({ hint: string });

/** What `look_back` answers with {@link LOOK_BACK_REFUSED}. Rust: `SmartModuleLookbackRuntimeError`. */
export const LookBackOutput = struct({ hint: string, offset: i64, key: option(varBytes), value: varBytes });

/** Status of an `init` that explains itself in its output. */
export const INIT_REFUSED = -2;
/** Status of a `look_back` that explains itself in its output. */
export const LOOK_BACK_REFUSED = -99;

const meanings: Readonly<Record<number, string>> = {
  [-1]: 'an unknown error inside the module',
  [-10]: 'it could not read its parameters',
  [-11]: 'it could not read its input',
  [-22]: 'it could not read the records',
  [-33]: 'it could not write its output',
  [-44]: 'it could not read its parameters',
  [-55]: 'the record to join with is missing',
  [-60]: 'it was not given its parameters',
  [-66]: 'it could not read its look-back input',
  [-77]: 'it could not read the records of its look-back',
  [-88]: 'it could not write its look-back output',
};

/** What a status below 0 means. */
export const meaningOf = (status: number): string => meanings[status] ?? 'no version of the SDK explains it';

/** Kinds as they are called in error codes. */
export const errorKinds: { readonly [Kind in TransformKind]: Infer<typeof SmartModuleErrorKind> } = {
  filter: 'Filter',
  map: 'Map',
  filter_map: 'FilterMap',
  array_map: 'ArrayMap',
  aggregate: 'Aggregate',
};
