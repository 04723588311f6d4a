/** The `authorization` and `readOnly` options, and what they come to for a client. */
import { resolve } from 'node:path';
import { clusterError } from '../errors.ts';
import type { PeerIdentity } from './peer.ts';
import type { Action, AuthorizationPolicy, AuthorizationScopes, ObjectType, Policy } from './policy.ts';
import { readPolicy, readScopes } from './policy.ts';

/** Who may do what. */
export interface AuthorizationOptions {
  /** What roles may do: the path of a file in Fluvio's format, or its content. */
  readonly policy: string | AuthorizationPolicy;
  /**
   * Which roles clients have, by the common names in their certificates: the path of a file in Fluvio's format, or its
   * content; a client that is not in it has none. Default: the organizations in the client's certificate are its roles.
   */
  readonly scopes?: string | AuthorizationScopes;
}

/** What one client may do. */
export interface Access {
  /** Whether it may do something with an object of a kind. */
  may(action: Exclude<Action, 'All'>, type: ObjectType, name: string): boolean;
  /** Whether it may do anything at all. */
  readonly any: boolean;
}

/** Says what a client may do; undefined for everything. */
export type Authorize = (client: PeerIdentity | undefined) => Access | undefined;

/** Checks the option, and makes paths absolute for processes with another folder. @throws `cluster/options`, `cluster/authorization` */
export function authorizationSettings(
  given: AuthorizationOptions | undefined,
  { tls }: { readonly tls: boolean },
): AuthorizationOptions | undefined {
  if (given === undefined) return undefined;
  if (!tls) {
    const reason = 'clients are known by their certificates: turn tls on as well';
    throw clusterError('cluster/options', { option: 'authorization', reason });
  }
  const settings = {
    policy: absolute(given.policy),
    ...(given.scopes !== undefined && { scopes: absolute(given.scopes) }),
  };
  // What is wrong with the files is said before anything starts.
  authorizer(settings);
  return settings;
}

const absolute = <T>(source: T): T => (typeof source === 'string' ? (resolve(source) as T) : source);

/** Reads policy and scopes. @throws `cluster/authorization` */
export function authorizer(settings: AuthorizationOptions | undefined): Authorize {
  if (settings === undefined) return () => undefined;
  const policy = readPolicy(settings.policy);
  const scopes = settings.scopes === undefined ? undefined : readScopes(settings.scopes);
  return (client) => {
    if (client === undefined) return accessOf(policy, []);
    return accessOf(policy, scopes === undefined ? client.organizations : (scopes.get(client.name) ?? []));
  };
}

function accessOf(policy: Policy, roles: readonly string[]): Access {
  const mine = roles.flatMap((role) => policy.get(role) ?? []);
  return {
    any: mine.some((types) => [...types.values()].some((grants) => grants.length > 0)),
    may: (action, type, name) =>
      mine.some((types) =>
        types
          .get(type)
          ?.some((grant) => (grant.action === action || grant.action === 'All') && (grant.instance ?? name) === name),
      ),
  };
}

/** What is left of an access to an SC that only reads, as in Fluvio: reading, and SPUs. */
export const readOnly = (access: Access | undefined): Access => ({
  any: access?.any ?? true,
  may: (action, type, name) =>
    (action === 'Read' || type === 'CustomSpu') && (access === undefined || access.may(action, type, name)),
});
