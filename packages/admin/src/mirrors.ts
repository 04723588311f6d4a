/** The verbs of mirrors. */
import type { Cluster } from '@fluvio-ts/client/internal';
import type { ClientTls, MirrorType } from '@fluvio-ts/protocol';
import { adminError } from './errors.ts';
import type { Mirror } from './objects/mirror.ts';
import { mirror, mirrorKind } from './objects/mirror.ts';
import type { ChangeOptions } from './requests/change.ts';
import type { CreateOptions, ListOptions } from './requests/kept.ts';
import { kept } from './requests/kept.ts';
import type { ReadOptions } from './requests/read.ts';

/** Another cluster: a remote, which connects to this one, or the home that this one connects to. */
export type MirrorSettings =
  | { readonly type: 'remote' }
  | {
      readonly type: 'home';
      /** Name of this cluster there. */
      readonly remoteId: string;
      /** Address of its controller, `host:port`. */
      readonly publicEndpoint: string;
      /** Certificates as PEM, where it speaks TLS. Default: plaintext. */
      readonly clientTls?: ClientTls;
    };

/**
 * Mirrors: other clusters that topics are copied from or to. An embedded cluster keeps them and copies nothing.
 *
 * Every method may also reject with `connect/timeout`, `request/aborted` and `client/closed`; changes with
 * what the controller refuses, a code of `ServerCodes` (`mirror/exists`, `mirror/not-found`, …).
 */
export interface Mirrors {
  /** Registers a mirror; a home may be registered again. @throws `option/invalid`, `mirror/exists`, `change/unconfirmed`, `wait/timeout` */
  create(name: string, mirror?: MirrorSettings, options?: CreateOptions): Promise<Mirror>;
  /** One mirror; undefined when there is none. */
  get(name: string, options?: ReadOptions): Promise<Mirror | undefined>;
  /** Mirrors in the order of their names. Controllers let nobody watch them. */
  list(options?: ListOptions): Promise<Mirror[]>;
  /** Forgets a mirror. @throws `mirror/not-found`, `change/unconfirmed`, `wait/timeout` */
  delete(name: string, options?: ChangeOptions): Promise<void>;
}

/** A text that is longer cannot be sent. */
const LONGEST_TEXT_BYTES = 32_767;

/** The verbs of mirrors on one cluster. */
export function mirrors(cluster: Cluster): Mirrors {
  const verbs = kept(cluster, { kind: mirrorKind, noun: 'mirror' });
  return {
    get: verbs.get,
    list: verbs.list,
    async create(name, settings = { type: 'remote' }, options = {}) {
      const spec = { mirrorType: typeOf(name, settings) };
      const request = { label: 'Mirror', body: { name, dryRun: false, timeout: undefined, spec } } as const;
      const status = {
        connectionStatus: 'Offline',
        pairingSc: { kind: 'Waiting' },
        pairingSpu: { kind: 'Waiting' },
        connectionStat: { lastSeen: 0n },
      } as const;
      return verbs.create(name, request, mirror(name, spec, status), options);
    },
    delete: (key, options) => verbs.delete(key, { label: 'Mirror', body: { key, force: false } }, options),
  };
}

function typeOf(id: string, settings: MirrorSettings): MirrorType {
  if (settings.type === 'remote') return { kind: 'remote', id };
  const { remoteId, publicEndpoint, clientTls } = settings;
  for (const [part, text] of Object.entries<string>({ ...clientTls })) {
    if (new TextEncoder().encode(text).length <= LONGEST_TEXT_BYTES) continue;
    const reason = `is longer than the ${LONGEST_TEXT_BYTES} bytes that can be sent`;
    throw adminError('option/invalid', { option: `clientTls.${part}`, reason });
  }
  return { kind: 'home', id, remoteId, publicEndpoint, clientTls };
}
