/** What can go wrong between options, environment and files. */
import type { ErrorFactory } from '@fluvio-ts/protocol';
import { defineErrors } from '@fluvio-ts/protocol';

/** The error codes that `@fluvio-ts/node` raises, besides those of the packages that it is made of. */
export interface NodeCodes {
  /** A certificate or key file cannot be read. */
  'tls/file': { readonly option: string; readonly path: string; readonly reason: string };
  /** Options, or an option and another of the same meaning, do not go together. */
  'option/invalid': { readonly option: string; readonly reason: string };
}

/** @internal Makes the errors of this package. */
export const nodeError: ErrorFactory<NodeCodes> = defineErrors<NodeCodes>({
  'tls/file': { text: (c) => `${c.path}, given as tls.${c.option}, cannot be read: ${c.reason}` },
  'option/invalid': { text: (c) => `option ${c.option} ${c.reason}` },
});
