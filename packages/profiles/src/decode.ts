/** From TOML to a {@link ProfileConfig}: knows the file's schema, and says where a file departs from it. */
import { profileError } from './errors.ts';
import { type ClusterEntry, fileVersion, type Profile, type ProfileConfig, type TlsPolicy } from './model.ts';
import { lineAndColumn, scanToml, startsWith } from './scan.ts';
import { emptyTable, isTable, newTable, own, parseToml, type TomlTable, type TomlValue } from './toml.ts';

/** Where a text comes from, for error texts. */
export interface TextOrigin {
  /** Default: `profile text`. */
  readonly path?: string | undefined;
}

/**
 * Reads the text of a profile file. Missing parts are taken as empty; unknown keys are kept.
 *
 * @throws `profile/unreadable` when the text is not TOML, or a known key has a value that Fluvio does not allow.
 */
export function parseProfiles(text: string, origin: TextOrigin = {}): ProfileConfig {
  return readProfiles(text, origin.path ?? 'profile text').config;
}

/** @internal The config and the table that it was read from. */
export function readProfiles(
  text: string,
  path: string,
): { readonly config: ProfileConfig; readonly table: TomlTable } {
  const parsed = parseToml(text);
  if (!parsed.ok) {
    const { line, column, reason } = parsed.fault;
    throw profileError('profile/unreadable', { path, line, column, reason: `it is not TOML, ${reason}`, fix: mend });
  }
  try {
    return { config: decodeProfiles(parsed.table), table: parsed.table };
  } catch (error) {
    if (!(error instanceof Misfit)) throw error;
    const place = locate(text, error.path);
    throw profileError('profile/unreadable', {
      path,
      line: place?.line,
      column: place?.column,
      reason: `${error.path.join('.')} ${error.reason}`,
      fix: error.fix,
    });
  }
}

const mend = 'correct that line, or move the file away to start a new one';

/** @internal A value that the schema does not allow. It never carries the value: that may be a secret. */
export class Misfit extends Error {
  readonly path: readonly string[];
  readonly reason: string;
  readonly fix: string;

  constructor(path: readonly string[], reason: string, fix: string) {
    super(`${path.join('.')} ${reason}`);
    this.path = path;
    this.reason = reason;
    this.fix = fix;
  }
}

/** @internal Throws {@link Misfit}. */
export function decodeProfiles(table: TomlTable): ProfileConfig {
  const top = fields(table, []);
  return {
    version: top.optional('version', 'string') ?? fileVersion,
    currentProfile: top.optional('current_profile', 'string'),
    clientId: top.optional('client_id', 'string'),
    profiles: top.named('profile', decodeProfile),
    clusters: top.named('cluster', decodeCluster),
    extra: top.rest(),
  };
}

/** @internal Throws {@link Misfit}. */
export function decodeProfile(table: TomlTable, path: readonly string[]): Profile {
  const profile = fields(table, path);
  const result = {
    cluster: profile.required('cluster'),
    topic: profile.optional('topic', 'string'),
    partition: profile.optional('partition', 'number'),
    extra: profile.rest(),
  };
  if (result.partition !== undefined && !Number.isInteger(result.partition)) {
    throw new Misfit([...path, 'partition'], 'is not a whole number', mend);
  }
  return result;
}

/** @internal Throws {@link Misfit}. */
export function decodeCluster(table: TomlTable, path: readonly string[]): ClusterEntry {
  const cluster = fields(table, path);
  const endpoint = cluster.required('endpoint', 'addr');
  const useSpuLocalAddress = cluster.optional('use_spu_local_address', 'boolean') ?? false;
  const metadata = cluster.table('metadata') ?? emptyTable;
  const tlsTable = cluster.table('tls');
  const extra = cluster.rest();
  if (tlsTable === undefined) return { endpoint, useSpuLocalAddress, tls: { mode: 'disabled' }, metadata, extra };
  const { tls, rest } = decodeTls(tlsTable, [...path, 'tls']);
  return { endpoint, useSpuLocalAddress, tls, metadata, extra: withRest(extra, 'tls', rest) };
}

function decodeTls(table: TomlTable, path: readonly string[]): { tls: TlsPolicy; rest: TomlTable } {
  const tls = fields(table, path);
  const mode = tls.oneOf('tls_policy', {
    disabled: 'disabled',
    disable: 'disabled',
    anonymous: 'anonymous',
    verified: 'verified',
    verify: 'verified',
  });
  if (mode !== 'verified') return { tls: { mode }, rest: tls.rest() };
  const source = tls.oneOf('tls_source', { inline: 'inline', files: 'files', file: 'files' });
  const certsTable = tls.table('certs');
  if (certsTable === undefined) {
    throw new Misfit([...path, 'certs'], 'is missing', 'add the table with domain, key, cert and ca_cert');
  }
  const certs = fields(certsTable, [...path, 'certs']);
  const domain = certs.required('domain');
  const key = certs.required('key');
  const cert = certs.required('cert');
  const caCert = certs.required('ca_cert');
  return {
    tls:
      source === 'inline'
        ? { mode, source, domain, caCert, cert, key }
        : { mode, source, domain, caCertPath: caCert, certPath: cert, keyPath: key },
    rest: withRest(tls.rest(), 'certs', certs.rest()),
  };
}

interface Kinds {
  readonly string: string;
  readonly boolean: boolean;
  readonly number: number;
}

/** Takes known fields out of a table one by one, and leaves the rest. */
function fields(table: TomlTable, path: readonly string[]) {
  const taken = new Set<string>();
  const take = (name: string): TomlValue | undefined => {
    taken.add(name);
    return own(table, name);
  };
  const optional = <K extends keyof Kinds>(name: string, kind: K): Kinds[K] | undefined => {
    const value = take(name);
    if (value === undefined) return undefined;
    if (typeof value !== kind) throw new Misfit([...path, name], `is not ${wanted[kind]}`, mend);
    return value as Kinds[K];
  };
  const inner = (name: string): TomlTable | undefined => {
    const value = take(name);
    if (value !== undefined && !isTable(value)) throw new Misfit([...path, name], 'is not a table', mend);
    return value;
  };
  const required = (name: string, alias?: string): string => {
    const value = optional(name, 'string');
    const other = alias === undefined ? undefined : optional(alias, 'string');
    if (value !== undefined && other !== undefined) {
      throw new Misfit([...path, alias ?? name], `says the same as ${name}`, 'remove one of the two');
    }
    const found = value ?? other;
    if (found === undefined)
      throw new Misfit([...path, name], 'is missing', `add ${name} = "…" to [${path.join('.')}]`);
    return found;
  };
  return {
    optional,
    required,
    table: inner,
    oneOf<T extends string>(name: string, words: Readonly<Record<string, T>>): T {
      const value = required(name);
      const found = Object.hasOwn(words, value) ? words[value] : undefined;
      if (found === undefined) {
        const list = Object.keys(words).join(', ');
        throw new Misfit([...path, name], 'is not a word that Fluvio knows', `write one of ${list}`);
      }
      return found;
    },
    named<T>(name: string, decode: (table: TomlTable, path: readonly string[]) => T): ReadonlyMap<string, T> {
      const entries = new Map<string, T>();
      for (const [key, value] of Object.entries(inner(name) ?? emptyTable)) {
        const at = [...path, name, key];
        if (!isTable(value)) throw new Misfit(at, 'is not a table', mend);
        entries.set(key, decode(value, at));
      }
      return entries;
    },
    rest(): TomlTable {
      const left = newTable();
      for (const [key, value] of Object.entries(table)) if (!taken.has(key)) left[key] = value;
      return Object.keys(left).length === 0 ? emptyTable : left;
    },
  };
}

const wanted: { readonly [K in keyof Kinds]: string } = {
  string: 'a text in quotes',
  boolean: 'true or false',
  number: 'a number',
};

function withRest(table: TomlTable, key: string, rest: TomlTable): TomlTable {
  if (Object.keys(rest).length === 0) return table;
  const merged = newTable();
  Object.assign(merged, table);
  merged[key] = rest;
  return merged;
}

/** The line of the statement that comes closest to a path: itself, or the table that it is missing from. */
function locate(text: string, path: readonly string[]): { readonly line: number; readonly column: number } | undefined {
  const statements = scanToml(text);
  for (let length = path.length; length > 0; length--) {
    const found = statements.find((s) => startsWith(s.path, path.slice(0, length)));
    if (found !== undefined) return lineAndColumn(text, found.start);
  }
  return undefined;
}
