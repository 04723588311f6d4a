/** The error codes of `@fluvio-ts/admin`. */
import type { ClientCodes, ServerCodes } from '@fluvio-ts/client';
import { serverError, serverTexts } from '@fluvio-ts/client/internal';
import type { ErrorFactory, FluvioError, Status } from '@fluvio-ts/protocol';
import { defineErrors, errorText } from '@fluvio-ts/protocol';

/** The codes that this package raises, besides those of `@fluvio-ts/client` and `@fluvio-ts/protocol`. */
export interface AdminCodes extends ServerCodes {
  /** The cluster has no such topic; the same as the client's. */
  'topic/not-found': ClientCodes['topic/not-found'];
  /**
   * The connection ended, or the deadline passed, after a change was sent and before it was answered: it may or may not
   * have happened. Look before you repeat it.
   */
  'change/unconfirmed': { readonly what: string; readonly reason: string };
  /** A state was not reached within the deadline; `last` is what was seen of it. */
  'wait/timeout': { readonly what: string; readonly timeoutMs: number; readonly last: string };
  /** A topic cannot have this name. */
  'topic/invalid-name': { readonly topic: string; readonly reason: string };
  /** An option has a value that cannot work; nothing was sent. */
  'option/invalid': { readonly option: string; readonly reason: string };
  /** JSON that is not what was asked for; `path` leads to the place, `spec.replicas.computed` say. */
  'json/invalid': { readonly path: string; readonly expected: string; readonly found: string };
}

/** Makes the errors of this package. */
export const adminError: ErrorFactory<AdminCodes> = defineErrors<AdminCodes>({
  ...serverTexts,
  'topic/not-found': {
    text: (c) => `topic '${c.topic}' does not exist on the cluster at ${c.endpoint}: look at the list of its topics`,
  },
  'change/unconfirmed': {
    text: (c) => `${c.what} was not confirmed, it may or may not have happened: ${c.reason}; look before you repeat it`,
  },
  'wait/timeout': { text: (c) => `${c.what} took longer than ${c.timeoutMs} ms: ${c.last}`, retryable: true },
  'topic/invalid-name': { text: (c) => `'${c.topic}' cannot be the name of a topic: ${c.reason}` },
  'option/invalid': { text: (c) => `option ${c.option} ${c.reason}` },
  'json/invalid': { text: (c) => `${c.path === '' ? 'the value' : c.path} should be ${c.expected}, not ${c.found}` },
});

/** What the controller refused. */
export interface Refused {
  /** As in "creating topic 'orders'". */
  readonly what: string;
  /** What it was asked to change. */
  readonly object: string;
  /** Address of the controller. */
  readonly endpoint: string;
}

/** The error that the controller answered. */
export function refused({ what, object, endpoint }: Refused, status: Status): FluvioError {
  const { errorCode, errorMessage } = status;
  switch (errorCode.kind) {
    case 'TopicNotFound':
    case 'TopicDeleted':
      return adminError('topic/not-found', { topic: object, endpoint });
    case 'TopicInvalidName':
      return adminError('topic/invalid-name', { topic: object, reason: errorMessage || errorText(errorCode) });
    default:
      return serverError(what, errorCode, errorMessage);
  }
}
