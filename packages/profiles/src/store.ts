/** The profile file as a whole: open it, save it, change it beside other programs. */
import { Buffer } from 'node:buffer';
import { decodeProfiles, Misfit, readProfiles } from './decode.ts';
import { editToml } from './edit.ts';
import { encodeProfiles } from './encode.ts';
import { profileError } from './errors.ts';
import { decodeText, type FileSnapshot, makeFolder, readSnapshot, replaceFile } from './file.ts';
import { type Lock, takeLock } from './lock.ts';
import { emptyProfiles, type ProfileConfig } from './model.ts';
import { type ProfileLocation, profilePath } from './path.ts';
import { emptyTable, formatToml, type TomlTable } from './toml.ts';

/** Options of {@link openProfiles}. */
export interface OpenOptions extends ProfileLocation, ReadOptions {}

/** Options of reading. */
export interface ReadOptions {
  /** Refuse a larger file. Default 1 MiB. */
  readonly maxBytes?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Options of writing. */
export interface WriteOptions extends ReadOptions {
  /** How long to wait while other processes change the file. Default 10,000. */
  readonly timeoutMs?: number | undefined;
  /** How long a lock may stay the same before it is taken over. Default 5,000; of a dead process it is at once. */
  readonly staleLockMs?: number | undefined;
}

/** The profile file as it was at one moment. */
export interface ProfileStore {
  /** The file's path as it was given or found; it may be a symbolic link. */
  readonly path: string;
  /** Whether there is a file; without one, `config` is empty. */
  readonly exists: boolean;
  readonly config: ProfileConfig;
  /**
   * Writes `config` in place of what this store was read from, and returns the store as it is then. Readers see the old
   * file or the new one, never a part. The file is for this user only (0600, folder 0700), links are followed, and what
   * did not change keeps its notation and comments.
   *
   * @throws `profile/changed` when the file is not what it was (see {@link updateProfiles}), `profile/unwritable`,
   * `profile/locked`, `profile/invalid`, `profile/too-large`, `request/aborted`.
   */
  save(config: ProfileConfig, options?: WriteOptions): Promise<ProfileStore>;
}

/**
 * Reads the profile file. A file that does not exist gives an empty store.
 *
 * @throws `profile/unreadable`, `profile/too-large`, `profile/no-home`, `request/aborted`.
 */
export async function openProfiles(options: OpenOptions = {}): Promise<ProfileStore> {
  const { snapshot, config } = await load(profilePath(options), options);
  return store(contentOf(snapshot), config);
}

/**
 * Reads the file, applies `edit` and writes the result, as one step that no other process using this function can come
 * between. Should a program that knows no lock (the official CLI) write meanwhile, `edit` is applied again to what it
 * wrote. `edit` must therefore be quick, and must not depend on being called once.
 *
 * ```ts
 * await updateProfiles(profilePath(), (config) => switchProfile(config, 'local'));
 * ```
 *
 * @returns The file as it was left.
 * @throws What `edit` throws (nothing is written then), `profile/unreadable` (a broken file is never overwritten),
 * `profile/unwritable`, `profile/locked`, `profile/changed`, `profile/invalid`, `profile/too-large`, `request/aborted`.
 */
export async function updateProfiles(
  path: string,
  edit: (config: ProfileConfig) => ProfileConfig,
  options: WriteOptions = {},
): Promise<ProfileStore> {
  return write(path, options, (found) => edit(found.config));
}

const defaultMaxBytes = 1024 * 1024;

interface Loaded {
  readonly snapshot: FileSnapshot;
  readonly text: string;
  readonly table: TomlTable;
  readonly config: ProfileConfig;
}

async function load(path: string, options: ReadOptions): Promise<Loaded> {
  const { maxBytes = defaultMaxBytes, signal } = options;
  const snapshot = await readSnapshot(path, { maxBytes, signal });
  if (snapshot.found === undefined) return { snapshot, text: '', table: emptyTable, config: emptyProfiles() };
  const text = decodeText(path, snapshot.found.bytes);
  return { snapshot, text, ...readProfiles(text, path) };
}

/** What a store was read from, or has written. */
interface Content {
  readonly path: string;
  readonly target: string;
  readonly bytes: Uint8Array | undefined;
}

function store(content: Content, config: ProfileConfig): ProfileStore {
  const { path, bytes } = content;
  return {
    path,
    exists: bytes !== undefined,
    config,
    save: (next, options = {}) =>
      write(path, options, (found) => {
        if (!sameContent(contentOf(found.snapshot), content)) throw profileError('profile/changed', { path });
        return next;
      }),
  };
}

/** Reads and writes under the lock, again and again until nobody came between or time is over. */
async function write(
  path: string,
  options: WriteOptions,
  next: (found: Loaded) => ProfileConfig,
): Promise<ProfileStore> {
  const { timeoutMs = 10_000, staleLockMs: staleMs = 5_000, maxBytes = defaultMaxBytes, signal } = options;
  const began = performance.now();
  const first = await readSnapshot(path, { maxBytes, signal });
  await makeFolder(path, first.target);
  for (;;) {
    const leftMs = Math.max(0, timeoutMs - (performance.now() - began));
    const lock = await takeLock(first.target, { path, timeoutMs: leftMs, staleMs, signal });
    try {
      const found = await load(path, options);
      const config = next(found);
      const text = render(found, config, maxBytes);
      const { target } = found.snapshot;
      const unchanged = found.snapshot.found !== undefined && text === found.text;
      if (unchanged || (await replace(found.snapshot, text, lock, maxBytes))) {
        return store({ path, target, bytes: Buffer.from(text) }, config);
      }
    } finally {
      await lock.release();
    }
    if (performance.now() - began >= timeoutMs) throw profileError('profile/changed', { path });
  }
}

/** The new text of the file. */
function render(found: Loaded, config: ProfileConfig, limit: number): string {
  const table = encodeProfiles(config, found.table);
  const path = found.snapshot.path;
  try {
    decodeProfiles(table);
  } catch (error) {
    if (!(error instanceof Misfit)) throw error;
    throw profileError('profile/invalid', { what: `the new content of ${path}`, reason: error.message });
  }
  const text = found.text.trim() === '' ? formatToml(table) : editToml(found.text, table);
  const size = Buffer.byteLength(text);
  if (size > limit) throw profileError('profile/too-large', { path, size, limit });
  return text;
}

/** Whether the file was replaced; false when somebody came between. */
async function replace(snapshot: FileSnapshot, text: string, lock: Lock, maxBytes: number): Promise<boolean> {
  const interrupted = profileError('profile/changed', { path: snapshot.path });
  try {
    await replaceFile(snapshot, text, async () => {
      const now = await readSnapshot(snapshot.path, { maxBytes });
      if (!sameContent(contentOf(now), contentOf(snapshot)) || !(await lock.held())) throw interrupted;
    });
    return true;
  } catch (error) {
    if (error === interrupted) return false;
    throw error;
  }
}

function contentOf({ path, target, found }: FileSnapshot): Content {
  return { path, target, bytes: found?.bytes };
}

function sameContent(a: Content, b: Content): boolean {
  if (a.target !== b.target) return false;
  if (a.bytes === undefined || b.bytes === undefined) return a.bytes === b.bytes;
  return Buffer.compare(a.bytes, b.bytes) === 0;
}
