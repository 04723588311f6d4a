/** The error codes of `@fluvio-ts/admin`. */
import type { ClientCodes } from '@fluvio-ts/client';
import type { ErrorFactory, FluvioError, Status } from '@fluvio-ts/protocol';
import { defineErrors, errorNumber, errorText } from '@fluvio-ts/protocol';

/** The codes that this package raises, besides those of `@fluvio-ts/client` and `@fluvio-ts/protocol`. */
export interface AdminCodes {
  /** The controller refused; `name` is Fluvio's name of the error, `message` what it said beyond that. */
  'server/error': ClientCodes['server/error'] & { readonly message: string | undefined };
  /**
   * The connection ended, or the deadline passed, after a change was sent and before it was answered: it may or may not
   * have happened. Look before you repeat it.
   */
  'change/unconfirmed': { readonly what: string; readonly reason: string };
  /** A state was not reached within the deadline; `last` is what was seen of it. */
  'wait/timeout': { readonly what: string; readonly timeoutMs: number; readonly last: string };
  /** A topic cannot have this name; nothing was sent. */
  'topic/invalid-name': { readonly topic: string; readonly reason: string };
  /** An option has a value that cannot work; nothing was sent. */
  'option/invalid': { readonly option: string; readonly reason: string };
  /** JSON that is not what was asked for; `path` leads to the place, `spec.replicas.computed` say. */
  'json/invalid': { readonly path: string; readonly expected: string; readonly found: string };
}

/** Makes the errors of this package. */
export const adminError: ErrorFactory<AdminCodes> = defineErrors<AdminCodes>({
  'server/error': { text: (c) => `${c.what} failed: ${said(c.error, c.message)} (${c.name}, ${c.number})` },
  'change/unconfirmed': {
    text: (c) => `${c.what} was not confirmed, it may or may not have happened: ${c.reason}; look before you repeat it`,
  },
  'wait/timeout': { text: (c) => `${c.what} took longer than ${c.timeoutMs} ms: ${c.last}`, retryable: true },
  'topic/invalid-name': { text: (c) => `'${c.topic}' cannot be the name of a topic: ${c.reason}` },
  'option/invalid': { text: (c) => `option ${c.option} ${c.reason}` },
  'json/invalid': { text: (c) => `${c.path === '' ? 'the value' : c.path} should be ${c.expected}, not ${c.found}` },
});

/** The error that the controller answered. */
export const refused = (what: string, { errorCode, errorMessage }: Status): FluvioError<AdminCodes> =>
  adminError('server/error', {
    what,
    name: errorCode.kind,
    number: errorNumber(errorCode),
    error: errorCode,
    message: errorMessage,
  });

/** What the controller said, else what the code means. `Other` means nothing without its own text. */
function said(error: Status['errorCode'], message: string | undefined): string {
  if (message === undefined || message === '') return errorText(error);
  return error.kind === 'Other' ? `${message}: ${errorText(error)}` : message;
}
