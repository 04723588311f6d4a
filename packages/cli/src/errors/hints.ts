/** What to do about an error, in the words of the command line: a command to type or an option to give. */

type Context = Readonly<Record<string, unknown>>;

const HINTS: Readonly<Record<string, (c: Context) => string | undefined>> = {
  'topic/not-found': (c) => `flv topic list shows what is there; flv topic create ${c.topic} creates it`,
  'partition/not-found': (c) => `see flv topic describe ${c.topic}`,
  'produce/too-large': (c) => `raise --max-request-size above ${c.sizeBytes} bytes`,
  'input/line-too-long': (c) => `raise --max-request-size above ${c.sizeBytes} bytes`,
  'produce/timeout': () => 'look at the cluster with flv cluster status',
  'partition/unavailable': () => 'look at the cluster with flv cluster status',
  'consume/batch-too-large': () => 'raise --maxbytes',
  'consume/smartmodule-failed': () => '--skip-failures goes on behind such records',
  'change/unconfirmed': () =>
    'flv cluster spu list shows which SPUs are online: a topic waits for as many as it has replicas',
  'connect/failed': () => 'flv cluster start starts one here; --cluster and --profile choose another',
  'connect/timeout': () => 'raise --timeout, or look at the cluster with flv cluster status',
  'connection/tls-required': () => 'add --tls, and --ca-cert, --domain if the cluster has its own authority',
  'tls/not-tls': () => 'leave --tls out, or switch it off in the profile',
  'tls/certificate': () => 'give --ca-cert and --domain; --insecure trusts anyone, for tests only',
  'tls/client-certificate': () => 'give --client-cert and --client-key',
  'smartmodule/not-found': () => 'flv smartmodule list shows what is there',
  'profile/no-file': () => 'flv cluster start, flv profile add <name> <host:port>, or --cluster <host:port>',
  'profile/none-current': () => 'flv profile switch <name>, or --profile <name>',
  'profile/not-found': () => 'flv profile list',
  'profile/cluster-not-found': () => 'flv profile list',
  'profile/cluster-in-use': (c) => `flv profile delete-cluster ${c.name} --force`,
  'cluster/port-taken': (c) =>
    `--any-port takes free ports; ${c.option} ${c.option === '--spu-port' ? '0' : `${c.host}:0`} does so for this one`,
  'cluster/unknown-member': () => 'flv cluster status shows which there are',
  'cluster/not-running': () => 'flv cluster resume starts it',
  'cluster/none': () => 'flv cluster start starts one; --data-dir names another folder',
  'cluster/data-dir-in-use': () =>
    'flv cluster status shows it; flv cluster shutdown stops it; --data-dir names another',
  'cluster/unhealthy': () => undefined,
  'gateway/listen': () => 'choose another port with --port, or 0 for any',
  'confirm/needed': () => 'add --yes',
  'option/invalid': () => undefined,
};

/** By the name of a server's error. */
const SERVER_HINTS: Readonly<Record<string, string>> = {
  SmartModuleNotFound: 'flv smartmodule list shows what is there; flv smartmodule create stores one',
  TopicAlreadyExists: 'flv topic describe shows it',
  TopicNotFound: 'flv topic list shows what is there',
  SystemSpecDeletionAttempt: 'add --system --force if you mean it',
  MessageTooLarge: 'make the topic with a larger --segment-size, or send smaller records',
  TopicNotProvisioned: 'flv cluster spu list shows how many SPUs are online',
};

/** What of an error decides. */
interface Failure {
  readonly code: string;
  readonly context?: unknown;
  readonly cause?: unknown;
}

/** A hint, if there is a good one; that of the deepest cause which has one. */
export function hintOf({ code, context, cause }: Failure): string | undefined {
  if (
    cause instanceof Error &&
    'code' in cause &&
    typeof cause.code === 'string' &&
    (code.startsWith('connect') || code.endsWith('/incomplete'))
  ) {
    const deeper = hintOf(cause as Error & Failure);
    if (deeper !== undefined) return deeper;
  }
  const facts = (context ?? {}) as Context;
  if (code === 'server/error') return SERVER_HINTS[String(facts.name)];
  return HINTS[code]?.(facts);
}
