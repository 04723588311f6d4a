/** Every error of this package: its code, what it carries and how it reads. */
import { defineErrors, type ErrorFactory, type FluvioError } from '@fluvio-ts/protocol';
import type { TransformKind } from './kind.ts';

/** The codes that `@fluvio-ts/smartmodule` raises. `module` is the name of the module, or its place in the chain (`#1`). */
export interface SmartModuleCodes {
  /** No SmartModule is stored under this name. */
  'smartmodule/not-found': { readonly module: string };
  /** The bytes of a module do not decompress. */
  'smartmodule/not-gzip': { readonly module: string; readonly reason: string };
  /** The bytes are no SmartModule: no WebAssembly, or without what every SmartModule imports and exports. */
  'smartmodule/invalid': { readonly module: string; readonly reason: string };
  /** The module's `init` refused, mostly for a missing or wrong parameter. `hint` is the module's own text. */
  'smartmodule/init-failed': { readonly module: string; readonly hint: string; readonly status: number };
  /** The module's `look_back` refused a record. */
  'smartmodule/look-back-failed': {
    readonly module: string;
    readonly hint: string;
    readonly offset: bigint;
    readonly key: Uint8Array | null;
    readonly value: Uint8Array;
  };
  /** The module refused a record. The module can go on with the records behind it. */
  'smartmodule/record-failed': {
    readonly module: string;
    /** Place of the module in its chain, from 0. */
    readonly position: number;
    readonly kind: TransformKind;
    readonly hint: string;
    /** Of the record, in its partition. */
    readonly offset: bigint;
    readonly key: Uint8Array | null;
    readonly value: Uint8Array;
  };
  /** The module answered a call with a status that means it could not even begin: mostly another version of the SDK. */
  'smartmodule/call-failed': {
    readonly module: string;
    readonly call: string;
    readonly status: number;
    readonly meaning: string;
  };
  /** The module trapped: a panic, an exit, a stack overflow. Its chain is over. `output` is what it wrote to stderr. */
  'smartmodule/trap': {
    readonly module: string;
    readonly call: string;
    readonly reason: string;
    readonly output: string;
  };
  /** The module wanted more memory than it may have. Its chain is over. */
  'smartmodule/memory-limit': {
    readonly module: string;
    readonly requestedBytes: number;
    readonly limitBytes: number;
  };
  /** The module answered with bytes that mean nothing. */
  'smartmodule/invalid-output': { readonly module: string; readonly call: string; readonly reason: string };
  /** A call took longer than it may, and the worker was stopped. The chain is over. */
  'smartmodule/timeout': { readonly chain: string; readonly call: string; readonly limitMs: number };
  /** The worker of a chain ended by itself. The chain is over. */
  'smartmodule/worker-lost': { readonly chain: string; readonly reason: string };
  /** The caller's signal was aborted during a call, and the worker was stopped; `cause` is its reason. */
  'smartmodule/aborted': { readonly chain: string; readonly call: string };
  /** Every thread that there may be has a chain. Close one, or raise `maxThreads`. */
  'smartmodule/too-many-chains': { readonly chain: string; readonly limit: number };
  /** The chain was closed before the call. */
  'smartmodule/closed': { readonly chain: string };
}

/** An error of this package. */
export type SmartModuleError<Code extends keyof SmartModuleCodes & string = keyof SmartModuleCodes & string> =
  FluvioError<SmartModuleCodes, Code>;

/** @internal Makes the errors of this package. */
export const smartModuleError: ErrorFactory<SmartModuleCodes> = defineErrors<SmartModuleCodes>({
  'smartmodule/not-found': { text: (c) => `there is no SmartModule '${c.module}': create it, or check the name` },
  'smartmodule/not-gzip': {
    text: (c) => `SmartModule '${c.module}' is not gzip (${c.reason}): compress the .wasm before it is stored or sent`,
  },
  'smartmodule/invalid': { text: (c) => `'${c.module}' is no SmartModule: ${c.reason}` },
  'smartmodule/init-failed': { text: (c) => `init of SmartModule '${c.module}' failed: ${c.hint}` },
  'smartmodule/look-back-failed': {
    text: (c) => `look-back of SmartModule '${c.module}' failed on the record at offset ${c.offset}: ${c.hint}`,
  },
  'smartmodule/record-failed': {
    text: (c) => `SmartModule '${c.module}' (${c.kind}) failed on the record at offset ${c.offset}: ${c.hint}`,
  },
  'smartmodule/call-failed': {
    text: (c) => `${c.call} of SmartModule '${c.module}' answered status ${c.status}: ${c.meaning}`,
  },
  'smartmodule/trap': {
    text: (c) =>
      `${c.call} of SmartModule '${c.module}' trapped (${c.reason})${c.output === '' ? '' : `: ${c.output}`}`,
  },
  'smartmodule/memory-limit': {
    text: (c) => `SmartModule '${c.module}' wanted ${c.requestedBytes} bytes of memory; the limit is ${c.limitBytes}`,
  },
  'smartmodule/invalid-output': {
    text: (c) => `${c.call} of SmartModule '${c.module}' answered with bytes that cannot be read: ${c.reason}`,
  },
  'smartmodule/timeout': {
    text: (c) => `${c.call} of the SmartModule chain ${c.chain} took longer than ${c.limitMs} ms and was stopped`,
  },
  'smartmodule/worker-lost': { text: (c) => `the worker of the SmartModule chain ${c.chain} ended: ${c.reason}` },
  'smartmodule/aborted': { text: (c) => `${c.call} of the SmartModule chain ${c.chain} was aborted` },
  'smartmodule/too-many-chains': {
    text: (c) =>
      `the SmartModule chain ${c.chain} cannot start: ${c.limit} run already, and no more may; end a stream that uses one`,
    retryable: true,
  },
  'smartmodule/closed': { text: (c) => `the SmartModule chain ${c.chain} is closed` },
});
