/**
 * The one error class of all Fluvio packages, and the way a package declares its codes.
 *
 * Codes are API: `domain/what`, added but never renamed or reused. Branch on {@link FluvioError.code}, never on the text.
 */

import { plainError } from './error-json.ts';

/** What a package's error codes carry: code → typed context. */
// biome-ignore lint/suspicious/noExplicitAny: the open map that every closed map must fit into
export type CodeMap = Record<string, any>;

const brand: unique symbol = Symbol.for('fluvio-ts.error') as never;

/**
 * Every error that a Fluvio package raises.
 *
 * Two copies of this package recognise each other's errors (see {@link isFluvioError}), so prefer that to `instanceof`.
 */
export class FluvioError<
  Codes extends CodeMap = CodeMap,
  Code extends keyof Codes & string = keyof Codes & string,
> extends Error {
  override readonly name = 'FluvioError';
  /** Stable, machine-readable reason, such as `connection/refused`. */
  readonly code: Code;
  /** Facts of this occurrence: addresses, sizes, limits, names. */
  readonly context: Codes[Code];
  /** Whether the same call may succeed later without a change by the caller. */
  readonly retryable: boolean;
  /** @internal */
  readonly [brand] = true;

  constructor(
    code: Code,
    message: string,
    options: { readonly context: Codes[Code]; readonly retryable?: boolean; readonly cause?: unknown },
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.context = options.context;
    this.retryable = options.retryable ?? false;
  }

  /**
   * The error for `JSON.stringify`: name, code, message, context, `retryable` and the chain of causes, as plain values. 64-bit
   * integers are written as numbers where those are exact, else as text; bytes are told by their length.
   */
  toJSON(): Record<string, unknown> {
    return plainError(this);
  }
}

/** Whether `value` is a {@link FluvioError}, of any copy of this package, optionally with one given code. */
export function isFluvioError<Code extends string>(value: unknown, code?: Code): value is FluvioError<CodeMap, Code> {
  return (
    typeof value === 'object' &&
    value !== null &&
    (value as { [brand]?: unknown })[brand] === true &&
    (code === undefined || (value as { code?: unknown }).code === code)
  );
}

/** How one code reads and whether a retry may help. */
export interface ErrorText<Context> {
  /** One sentence that names what, where and what to do. */
  readonly text: (context: Context) => string;
  /** Default false; a function where it depends on the cause. */
  readonly retryable?: boolean | ((cause: unknown) => boolean);
}

/** Makes errors of one package; see {@link defineErrors}. */
export type ErrorFactory<Codes extends CodeMap> = <Code extends keyof Codes & string>(
  code: Code,
  context: Codes[Code],
  cause?: unknown,
) => FluvioError<Codes, Code>;

/**
 * Declares the error codes of one package.
 *
 * ```ts
 * interface Codes { 'file/missing': { path: string } }
 * const fail = defineErrors<Codes>({ 'file/missing': { text: (c) => `${c.path} does not exist` } });
 * throw fail('file/missing', { path: 'a.txt' });
 * ```
 */
export function defineErrors<Codes extends CodeMap>(
  table: {
    readonly [Code in keyof Codes & string]: ErrorText<Codes[Code]>;
  },
): ErrorFactory<Codes> {
  return (code, context, cause) => {
    const { text, retryable = false } = table[code];
    return new FluvioError<Codes, typeof code>(code, text(context), {
      context,
      retryable: typeof retryable === 'boolean' ? retryable : retryable(cause),
      cause,
    });
  };
}

/** The codes that `@fluvio-ts/protocol` raises. */
export interface ProtocolCodes {
  /** The bytes end before the value does. */
  'wire/truncated': { readonly at: number; readonly wanted: number; readonly size: number };
  /** A value that the wire format does not allow: a bad boolean, tag, length or text. */
  'wire/invalid': { readonly what: string; readonly at: number };
  /** A value that cannot be written: out of range, too long, of the wrong kind. */
  'wire/unwritable': {
    readonly what: string;
    /** Where in the message the value is, such as `.topics[0].name`; absent for a value of its own. */
    readonly path?: string;
  };
  /** A frame announces more bytes than the receiver accepts. */
  'wire/frame-too-large': { readonly size: number; readonly limit: number };
  /** A batch's checksum does not match its bytes. */
  'wire/crc-mismatch': { readonly baseOffset: bigint; readonly stored: number; readonly computed: number };
  /** A batch is compressed with a codec that was not given. */
  'codec/missing': { readonly codec: string };
  /** The server speaks no version of this API that we speak. */
  'version/unsupported': {
    readonly api: string;
    readonly server: string;
    readonly ours: string;
    readonly theirs: string;
  };
  /** The connection ended. */
  'connection/closed': { readonly peer: string; readonly reason: string };
  /** A client was too slow: its first request, or the rest of one that it had begun, did not arrive in time. */
  'connection/stalled': { readonly peer: string; readonly missing: string; readonly timeoutMs: number };
  /** The requests that are still arriving at a server hold more memory than it gives to all of them together. */
  'connection/over-budget': { readonly peer: string; readonly limit: number };
  /** The peer did not answer in time. */
  'request/timeout': { readonly api: string; readonly peer: string; readonly timeoutMs: number };
  /** The caller's signal was aborted; `cause` is its reason. */
  'request/aborted': { readonly what: string };
  /** A stream's reader is too slow and its queue is full. */
  'stream/overflow': { readonly api: string; readonly limit: number };
}

/** @internal Makes the errors of this package. */
export const protocolError: ErrorFactory<ProtocolCodes> = defineErrors<ProtocolCodes>({
  'wire/truncated': {
    text: (c) => `the message ends at byte ${c.size}, but ${c.wanted} more were expected at byte ${c.at}`,
  },
  'wire/invalid': { text: (c) => `${c.what} at byte ${c.at}` },
  'wire/unwritable': { text: (c) => (c.path === undefined ? c.what : `${c.path.replace(/^\./, '')}: ${c.what}`) },
  'wire/frame-too-large': {
    text: (c) =>
      `a frame of ${c.size} bytes is over the limit of ${c.limit}; the peer may not speak Fluvio (a TLS or HTTP port?), or raise the limit`,
  },
  'wire/crc-mismatch': {
    text: (c) =>
      `the batch at offset ${c.baseOffset} is damaged: its checksum is ${c.stored.toString(16)}, its bytes give ${c.computed.toString(16)}`,
  },
  'codec/missing': {
    text: (c) => `the records are compressed with ${c.codec}, and no codec for it was given`,
  },
  'version/unsupported': {
    text: (c) =>
      `${c.server} serves ${c.api} at ${c.theirs}, and this client speaks ${c.ours}: upgrade the older of the two`,
  },
  'connection/closed': { text: (c) => `the connection to ${c.peer} is closed: ${c.reason}`, retryable: true },
  'connection/stalled': {
    text: (c) => `${c.peer} did not send ${c.missing} within ${c.timeoutMs} ms, so its connection was ended`,
    retryable: true,
  },
  'connection/over-budget': {
    text: (c) =>
      `a large request of ${c.peer} came while all requests that are arriving hold ${c.limit} bytes, the most that this server gives them: send it again later`,
    retryable: true,
  },
  'request/timeout': {
    text: (c) => `${c.peer} did not answer ${c.api} within ${c.timeoutMs} ms`,
    retryable: true,
  },
  'request/aborted': { text: (c) => `${c.what} was aborted` },
  'stream/overflow': {
    text: (c) => `the reader of a ${c.api} stream fell ${c.limit} answers behind`,
    retryable: true,
  },
});
