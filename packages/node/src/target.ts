/**
 * Which cluster a program talks to. Options win over environment variables, those over the profile file; an address wins over
 * a profile.
 */
import { nodeError } from './errors.ts';
import type { TlsSettings } from './tls-settings.ts';

/** What decides. */
export interface TargetOptions {
  readonly endpoint?: string | undefined;
  readonly endpoints?: readonly string[] | undefined;
  readonly profile?: string | undefined;
  readonly configPath?: string | undefined;
  readonly tls?: boolean | TlsSettings | undefined;
  readonly env: Environment;
  readonly signal?: AbortSignal | undefined;
}

/** Environment variables. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A cluster to talk to. */
export interface Target {
  readonly endpoints: readonly string[];
  /** `undefined`: plaintext. */
  readonly tls: TlsSettings | undefined;
  /** What a profile says of SPU addresses. */
  readonly spuAddress: 'public' | 'local';
  /** What it was taken from, for errors: `the option endpoint`, `FLUVIO_CLUSTER`, `profile 'local'`. */
  readonly from: string;
}

/** Finds the target. @throws `option/invalid`, `profile/*`, `request/aborted` */
export async function findTarget(options: TargetOptions): Promise<Target> {
  const { endpoint, endpoints, profile, env } = options;
  const tls = ownTls(options.tls);
  if (endpoint !== undefined || endpoints !== undefined) {
    const option = endpoint === undefined ? 'endpoints' : 'endpoint';
    if (endpoint !== undefined && endpoints !== undefined) {
      throw nodeError('option/invalid', { option, reason: 'and endpoints are both given: give one of them' });
    }
    if (profile !== undefined) {
      throw nodeError('option/invalid', {
        option: 'profile',
        reason: `and ${option} are both given: give one of them`,
      });
    }
    const given = endpoints ?? (endpoint === undefined ? [] : [endpoint]);
    return { endpoints: given, tls: tls.settings, spuAddress: 'public', from: `the option ${option}` };
  }
  const byEnv = profile === undefined ? given(env.FLUVIO_CLUSTER) : undefined;
  if (byEnv !== undefined) {
    const listed = byEnv.split(',').map((text) => text.trim());
    return { endpoints: listed, tls: tls.settings, spuAddress: 'public', from: 'FLUVIO_CLUSTER' };
  }
  return fromProfile(profile ?? given(env.FLUVIO_PROFILE), tls, options);
}

interface OwnTls {
  /** Whether the options say anything about TLS. */
  readonly isSaid: boolean;
  readonly settings: TlsSettings | undefined;
}

function ownTls(tls: TargetOptions['tls']): OwnTls {
  if (tls === undefined) return { isSaid: false, settings: undefined };
  return { isSaid: true, settings: tls === false ? undefined : tls === true ? {} : tls };
}

async function fromProfile(
  name: string | undefined,
  own: OwnTls,
  { configPath, env, signal }: TargetOptions,
): Promise<Target> {
  // Loaded only here: programs that name their cluster do without.
  const { findProfile, openProfiles, resolveCluster } = await import('@fluvio-ts/profiles');
  const store = await openProfiles({ path: configPath, env, signal });
  const resolved = await resolveCluster(store, name, { signal });
  const { tls } = findProfile(store.config, resolved.profile).cluster;
  return {
    endpoints: [resolved.endpoint],
    tls: own.isSaid ? own.settings : settingsOf(tls),
    spuAddress: resolved.useSpuLocalAddress ? 'local' : 'public',
    from: `profile '${resolved.profile}' of ${store.path}`,
  };
}

/** What a profile says of TLS, its files left as files. */
function settingsOf(tls: ProfileTls): TlsSettings | undefined {
  if (tls.mode === 'disabled') return undefined;
  if (tls.mode === 'anonymous') return { insecureSkipVerify: true };
  const { domain } = tls;
  return tls.source === 'inline'
    ? { domain, ca: tls.caCert, cert: tls.cert, key: tls.key }
    : { domain, caPath: tls.caCertPath, certPath: tls.certPath, keyPath: tls.keyPath };
}

type ProfileTls = import('@fluvio-ts/profiles').TlsPolicy;

const given = (text: string | undefined): string | undefined => (text === undefined || text === '' ? undefined : text);
