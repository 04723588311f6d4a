/** Every error of this package: its code, what it carries and how it reads. */
import { defineErrors, type ErrorFactory } from '@fluvio-ts/protocol';

/** The codes that `@fluvio-ts/profiles` raises. */
export interface ProfileCodes {
  /** No path was given, `FLV_PROFILE_PATH` is not set, and this user has no home folder. */
  'profile/no-home': Record<never, never>;
  /** There is no profile file, and the call needs one. */
  'profile/no-file': { readonly path: string };
  /**
   * The file cannot be read, is not TOML, or is not shaped as Fluvio's. `line` and `column` count from 1 and are
   * undefined where the fault has no place in the text. Such a file is never overwritten.
   */
  'profile/unreadable': {
    readonly path: string;
    readonly line: number | undefined;
    readonly column: number | undefined;
    readonly reason: string;
    readonly fix: string;
  };
  /** The file is larger than the limit, in bytes. */
  'profile/too-large': { readonly path: string; readonly size: number; readonly limit: number };
  /** The file could not be written; what was there before is unchanged. */
  'profile/unwritable': { readonly path: string; readonly reason: string };
  /** Another program changed the file since it was read; nothing was written. */
  'profile/changed': { readonly path: string };
  /** Another process held the lock of the file for the whole deadline. */
  'profile/locked': {
    readonly path: string;
    readonly lock: string;
    readonly holder: string;
    readonly waitedMs: number;
  };
  /** No profile has this name. */
  'profile/not-found': {
    readonly name: string;
    readonly known: readonly string[];
    readonly suggestion: string | undefined;
  };
  /** No profile is current, and none was named. */
  'profile/none-current': { readonly known: readonly string[] };
  /** No cluster has this name; `profile` is the profile that points to it, if one was asked. */
  'profile/cluster-not-found': {
    readonly name: string;
    readonly profile: string | undefined;
    readonly known: readonly string[];
    readonly suggestion: string | undefined;
  };
  /** The cluster cannot be deleted: these profiles use it. */
  'profile/cluster-in-use': { readonly name: string; readonly profiles: readonly string[] };
  /** A profile of this name exists already. */
  'profile/name-taken': { readonly name: string };
  /** A name, an address or another value that a profile file cannot hold. */
  'profile/invalid': { readonly what: string; readonly reason: string };
  /** A certificate or key of a cluster cannot be read or is not PEM; `path` is undefined for inline text. */
  'profile/certificate': {
    readonly cluster: string;
    readonly role: string;
    readonly path: string | undefined;
    readonly reason: string;
  };
  /** An export would point to certificate files of this machine. */
  'profile/certificate-files': { readonly cluster: string; readonly paths: readonly string[] };
  /** The caller's signal was aborted; `cause` is its reason. */
  'request/aborted': { readonly what: string };
}

/** Makes the errors of this package. */
export const profileError: ErrorFactory<ProfileCodes> = defineErrors<ProfileCodes>({
  'profile/no-home': {
    text: () => 'there is no home folder to look for .fluvio/config in: set FLV_PROFILE_PATH, or give a path',
  },
  'profile/no-file': {
    text: (c) =>
      `there is no profile file at ${c.path}: start a cluster or add a profile, or give the cluster's address`,
  },
  'profile/unreadable': {
    text: (c) => `cannot read the profile file ${place(c)}: ${c.reason}; ${c.fix}`,
  },
  'profile/too-large': {
    text: (c) =>
      `the profile file ${c.path} has ${c.size} bytes, over the limit of ${c.limit}: is it the right file? Else raise maxBytes`,
  },
  'profile/unwritable': {
    text: (c) => `cannot write the profile file ${c.path}: ${c.reason}; what was there is unchanged`,
  },
  'profile/changed': {
    text: (c) => `${c.path} was changed by another program since it was read: nothing was written, read it again`,
    retryable: true,
  },
  'profile/locked': {
    text: (c) =>
      `${c.path} was locked by ${c.holder} for ${c.waitedMs} ms: try again, or delete ${c.lock} if that process is gone`,
    retryable: true,
  },
  'profile/not-found': {
    text: (c) => `there is no profile ${quote(c.name)}${hint(c.suggestion)}; ${known('profiles', c.known)}`,
  },
  'profile/none-current': {
    text: (c) => `no profile is current: switch to one or name one; ${known('profiles', c.known)}`,
  },
  'profile/cluster-not-found': {
    text: (c) => {
      const by = c.profile === undefined ? '' : `, which profile ${quote(c.profile)} points to`;
      return `there is no cluster ${quote(c.name)}${by}${hint(c.suggestion)}; ${known('clusters', c.known)}`;
    },
  },
  'profile/cluster-in-use': {
    text: (c) =>
      `cluster ${quote(c.name)} is used by ${c.profiles.map(quote).join(', ')}: delete or repoint these profiles first, or force it`,
  },
  'profile/name-taken': {
    text: (c) => `a profile ${quote(c.name)} exists already: choose another name, or ask to replace it`,
  },
  'profile/invalid': { text: (c) => `${c.what}: ${c.reason}` },
  'profile/certificate': {
    text: (c) =>
      `the ${c.role} of cluster ${quote(c.cluster)}${c.path === undefined ? '' : ` (${c.path})`} cannot be used: ${c.reason}`,
  },
  'profile/certificate-files': {
    text: (c) =>
      `cluster ${quote(c.cluster)} keeps its certificates in files of this machine (${c.paths.join(', ')}): put them inline before the export`,
  },
  'request/aborted': { text: (c) => `${c.what} was aborted` },
});

/** Throws `request/aborted` if the signal is. */
export function stopIfAborted(signal: AbortSignal | undefined, what: string): void {
  if (signal?.aborted) throw profileError('request/aborted', { what }, signal.reason);
}

/** A name as error texts show it: quoted, with control characters made visible. */
export function quote(name: string): string {
  return `'${JSON.stringify(name).slice(1, -1).replaceAll('\\"', '"')}'`;
}

function place(c: { path: string; line: number | undefined; column: number | undefined }): string {
  return c.line === undefined ? c.path : `${c.path}:${c.line}:${c.column ?? 1}`;
}

function hint(suggestion: string | undefined): string {
  return suggestion === undefined ? '' : `: did you mean ${quote(suggestion)}?`;
}

function known(what: string, names: readonly string[]): string {
  if (names.length === 0) return `there are no ${what}`;
  const shown = names.slice(0, 20).map(quote).join(', ');
  return `known ${what}: ${shown}${names.length > 20 ? ` and ${names.length - 20} more` : ''}`;
}
