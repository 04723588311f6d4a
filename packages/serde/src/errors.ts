/** What serdes refuse. */
import type { ErrorFactory } from '@fluvio-ts/protocol';
import { defineErrors } from '@fluvio-ts/protocol';

/** The error codes that `@fluvio-ts/serde` raises. The client hands them on as the `cause` of its own. */
export interface SerdeCodes {
  /** The bytes are not what the format demands; `cause` says more. */
  'serde/malformed': { readonly format: string; readonly reason: string };
  /** The value cannot be written in the format. */
  'serde/unwritable': { readonly format: string; readonly reason: string };
  /** The value does not follow its schema. */
  'serde/invalid': { readonly issues: readonly SchemaIssue[] };
  /** The schema answers with a promise, and records are encoded and decoded at once. */
  'serde/async-schema': { readonly vendor: string };
  /** The bytes are more than the limit. */
  'serde/too-large': { readonly sizeBytes: number; readonly limitBytes: number };
}

/** One thing that is wrong with a value. */
export interface SchemaIssue {
  /** Where in the value, such as `lines[0].price`; empty for the value itself. */
  readonly path: string;
  readonly message: string;
}

/** @internal Makes the errors of this package. */
export const serdeError: ErrorFactory<SerdeCodes> = defineErrors<SerdeCodes>({
  'serde/malformed': { text: (c) => `the bytes are no ${c.format}: ${c.reason}` },
  'serde/unwritable': { text: (c) => `the value cannot be written as ${c.format}: ${c.reason}` },
  'serde/invalid': { text: (c) => `the value does not follow its schema: ${c.issues.map(issueText).join('; ')}` },
  'serde/async-schema': {
    text: (c) =>
      `the schema (${c.vendor}) validates with a promise: give one without asynchronous checks, since records are encoded and decoded at once`,
  },
  'serde/too-large': {
    text: (c) => `${c.sizeBytes} bytes are over the limit of ${c.limitBytes}: send less, or raise the limit`,
  },
});

const issueText = ({ path, message }: SchemaIssue): string => (path === '' ? message : `${path}: ${message}`);

/** @internal The text of anything thrown. */
export const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
