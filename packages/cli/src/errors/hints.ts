/** What to do about an error, in the words of the command line: a command to type or an option to give. */

type Context = Readonly<Record<string, unknown>>;

const HINTS: Readonly<Record<string, (c: Context) => string | undefined>> = {
  'topic/not-found': (c) =>
    `flv topic list shows what is there${isTopicName(c.topic) ? `; flv topic create ${c.topic} creates it` : ''}`,
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
  'connection/refused': (c) =>
    String(c.peer).startsWith('ws') ? 'flv gateway start starts a gateway here, and prints its URL' : undefined,
  'websocket/refused': (c) =>
    c.status === 401
      ? 'the gateway wants a token: FLUVIO_GATEWAY_TOKEN holds it'
      : 'flv gateway start prints its URL, such as ws://127.0.0.1:9095/v1/tunnel',
  'connection/no-answer': (c) =>
    String(c.peer).startsWith('tls')
      ? 'give --client-cert and --client-key if it wants them; leave --tls out if it speaks plaintext'
      : 'add --tls if it speaks TLS, and --ca-cert, --domain if it has an authority of its own',
  'connect/timeout': () => 'raise --timeout, or look at the cluster with flv cluster status',
  'connection/tls-required': () => 'add --tls, and --ca-cert, --domain if the cluster has its own authority',
  'tls/not-tls': () => 'leave --tls out, or switch it off in the profile',
  'tls/certificate': () => 'give --ca-cert and --domain; --insecure trusts anyone, for tests only',
  'tls/client-certificate': () => 'give --client-cert and --client-key',
  'topic/exists': () => 'flv topic describe shows it',
  'topic/not-provisioned': () => 'flv cluster spu list shows how many SPUs are online',
  'topic/deduplication': () => 'flv smartmodule list shows what is there; flv smartmodule create stores one',
  'system/protected': () => 'add --system --force if you mean it',
  'spu/not-found': () => 'flv cluster spu list shows which there are',
  'spu/exists': () => 'flv cluster spu list shows which there are; flv cluster spu unregister takes one away',
  'table-format/not-found': () => 'flv table-format list shows what is there',
  'table-format/exists': () => 'flv table-format delete deletes it',
  'offset/out-of-range': () => 'flv partition list shows how far each partition goes',
  'offset/evicted': () => '-B starts at the first record that is stored',
  'batch/too-large': () => 'make the topic with a larger --segment-size, or send smaller records',
  'partition/full': () => "flv topic describe shows the topic's limits",
  'permission/denied': () => '--profile, or --client-cert and --client-key, name another identity',
  'smartmodule/not-found': () => 'flv smartmodule list shows what is there; flv smartmodule create stores one',
  'smartmodule/not-started': () => '-e name=value gives it a parameter',
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
  'cluster/data-dir-in-use': (c) =>
    Number(c.wanted) > Number(c.spus)
      ? `flv cluster shutdown && flv cluster start --spu ${c.wanted} gives it ${c.wanted} SPUs and keeps its data`
      : 'flv cluster status shows it; flv cluster shutdown stops it; --data-dir names another',
  'cluster/unhealthy': () => undefined,
  'gateway/listen': () => 'choose another port with --port, or 0 for any',
  'confirm/needed': () => 'add --yes',
  'option/invalid': () => undefined,
};

/** Whether there can be such a topic at all. */
const isTopicName = (name: unknown): boolean => /^(?!-)[a-z0-9-]{1,63}(?<!-)$/.test(String(name));

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
  return HINTS[code]?.(facts);
}
