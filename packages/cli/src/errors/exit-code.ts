/**
 * The exit codes of this program: 0 success, 1 any other failure, 2 usage, 3 not found, 4 TLS or permission, 5 no
 * connection or time over, 6 exists already or in use, 7 some failed, 8 not confirmed, 130 Ctrl-C, 143 SIGTERM.
 */
import type { ErrorKind } from '@fluvio-ts/protocol';
import type { CliCodes } from './errors.ts';

/** See the file's head. */
export const EXIT = {
  ok: 0,
  failure: 1,
  usage: 2,
  notFound: 3,
  denied: 4,
  unreachable: 5,
  conflict: 6,
  partial: 7,
  unconfirmed: 8,
} as const;

type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Codes, or the part in front of their slash. */
const BY_CODE: Readonly<Record<string, ExitCode>> = {
  usage: EXIT.usage,
  'option/invalid': EXIT.usage,
  'topic/invalid-name': EXIT.usage,
  'topic/invalid-configuration': EXIT.usage,
  'topic/deduplication': EXIT.notFound,
  'input/invalid': EXIT.usage,
  'input/no-separator': EXIT.usage,
  'input/line-too-long': EXIT.usage,
  'produce/too-large': EXIT.usage,
  'batch/too-large': EXIT.usage,
  'json/invalid': EXIT.usage,
  'cluster/options': EXIT.usage,
  'cluster/authorization': EXIT.usage,
  'gateway/options': EXIT.usage,
  'websocket/options': EXIT.usage,
  'profile/invalid': EXIT.usage,
  'topic/not-found': EXIT.notFound,
  'partition/not-found': EXIT.notFound,
  'smartmodule/not-found': EXIT.notFound,
  'profile/not-found': EXIT.notFound,
  'profile/cluster-not-found': EXIT.notFound,
  'profile/none-current': EXIT.notFound,
  'profile/no-file': EXIT.notFound,
  'cluster/none': EXIT.notFound,
  'consumer/not-found': EXIT.notFound,
  'spu/not-found': EXIT.notFound,
  'table-format/not-found': EXIT.notFound,
  'mirror/not-found': EXIT.notFound,
  'offset/evicted': EXIT.notFound,
  'offset/out-of-range': EXIT.notFound,
  'input/missing': EXIT.notFound,
  'cluster/unknown-member': EXIT.notFound,
  'permission/denied': EXIT.denied,
  'input/denied': EXIT.denied,
  tls: EXIT.denied,
  'connection/tls-required': EXIT.denied,
  'profile/certificate': EXIT.denied,
  connection: EXIT.unreachable,
  wait: EXIT.unreachable,
  'request/timeout': EXIT.unreachable,
  'change/unconfirmed': EXIT.unreachable,
  websocket: EXIT.unreachable,
  'partition/unavailable': EXIT.unreachable,
  'produce/timeout': EXIT.unreachable,
  'produce/buffer-full': EXIT.unreachable,
  'cluster/start-timeout': EXIT.unreachable,
  'topic/exists': EXIT.conflict,
  'spu/exists': EXIT.conflict,
  'table-format/exists': EXIT.conflict,
  'mirror/exists': EXIT.conflict,
  'system/protected': EXIT.conflict,
  'topic/not-provisioned': EXIT.conflict,
  'topic/invalid-replica-type': EXIT.conflict,
  'profile/name-taken': EXIT.conflict,
  'profile/cluster-in-use': EXIT.conflict,
  'profile/changed': EXIT.conflict,
  'profile/locked': EXIT.conflict,
  'cluster/port-taken': EXIT.conflict,
  'cluster/listen': EXIT.conflict,
  'cluster/data-dir-in-use': EXIT.conflict,
  'cluster/not-a-data-dir': EXIT.conflict,
  'gateway/listen': EXIT.conflict,
  confirm: EXIT.unconfirmed,
};

/** What a server answers that has no code of its own, by the name of its error. */
const BY_KIND: { readonly [K in ErrorKind]?: ExitCode } = {
  RequestTimedOut: EXIT.unreachable,
  SpuOffline: EXIT.unreachable,
  InvalidCreateRequest: EXIT.usage,
};

/** What of an error decides. */
interface Failure {
  readonly code: string;
  readonly context?: unknown;
  readonly cause?: unknown;
}

/** The exit code that an error stands for. */
export function exitCodeOf({ code, context, cause }: Failure): number {
  const first = failureIn(cause);
  switch (code) {
    case 'server/error':
      return BY_KIND[(context as { readonly name: ErrorKind }).name] ?? EXIT.failure;
    // Where all of it failed, the reason says more than that.
    case 'produce/incomplete':
      return first === undefined || (context as CliCodes[typeof code]).acknowledged > 0
        ? EXIT.partial
        : exitCodeOf(first);
    case 'delete/incomplete':
      return first === undefined || (context as CliCodes[typeof code]).deleted.length > 0
        ? EXIT.partial
        : exitCodeOf(first);
    case 'cluster/unhealthy':
      return first === undefined ? EXIT.failure : exitCodeOf(first);
    case 'websocket/refused':
      return isUnauthorised(context) ? EXIT.denied : EXIT.unreachable;
    // Whoever is refused was reached.
    case 'connect/failed':
    case 'connect/timeout':
      return first !== undefined && exitCodeOf(first) === EXIT.denied ? EXIT.denied : EXIT.unreachable;
    default:
      return BY_CODE[code] ?? BY_CODE[code.slice(0, code.indexOf('/'))] ?? EXIT.failure;
  }
}

/** Whether a gateway wants a token, or another one. */
const isUnauthorised = (context: unknown): boolean =>
  [401, 403].includes((context as { readonly status: number }).status);

function failureIn(cause: unknown): Failure | undefined {
  return cause instanceof Error && 'code' in cause && typeof cause.code === 'string'
    ? (cause as Error & Failure)
    : undefined;
}
