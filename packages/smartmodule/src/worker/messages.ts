/** What a host and its threads tell each other. Every task has one answer, and there is one task at a time. */
import type { ModuleStart } from '../chain.ts';
import type { SmartModuleCodes, SmartModuleError } from '../errors.ts';
import { smartModuleError } from '../errors.ts';
import type { ModuleFacts } from '../kind.ts';

/** A block of records on its way between threads. */
export interface BlockMessage {
  readonly payload: Uint8Array;
  readonly baseOffset: bigint;
  readonly firstTimestampMs: number;
}

/** What a thread is told to do. */
export type Task =
  | { readonly kind: 'start'; readonly starts: readonly ModuleStart[]; readonly version: number }
  | { readonly kind: 'process'; readonly block: BlockMessage }
  | { readonly kind: 'look-back'; readonly position: number; readonly block: BlockMessage }
  | { readonly kind: 'end' };

/** An error of this package, without its class, which does not cross threads. */
export interface ErrorMessage {
  readonly code: keyof SmartModuleCodes & string;
  readonly context: SmartModuleCodes[keyof SmartModuleCodes];
}

/** What a thread answers. */
export type Answer =
  | { readonly kind: 'started'; readonly modules: readonly ModuleFacts[] }
  | { readonly kind: 'processed'; readonly block: BlockMessage; readonly error: ErrorMessage | undefined }
  | { readonly kind: 'done' }
  | { readonly kind: 'failed'; readonly error: ErrorMessage };

/** Packs an error for another thread. */
export const packError = ({ code, context }: SmartModuleError): ErrorMessage => ({ code, context });

/** The error again. */
export const unpackError = ({ code, context }: ErrorMessage): SmartModuleError => smartModuleError(code, context);
