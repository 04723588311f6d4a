/** Reading and replacing one small text file safely: size limit, symbolic links, rights, all or nothing. */
import { chown, lstat, mkdir, open, readFile, readlink, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import process from 'node:process';
import { isFluvioError } from '@fluvio-ts/protocol';
import { profileError, stopIfAborted } from './errors.ts';

/** A file as it was found. */
export interface FileSnapshot {
  /** The path that was asked for. */
  readonly path: string;
  /** The file itself, behind all symbolic links. */
  readonly target: string;
  /** Undefined when there is no such file. */
  readonly found:
    | { readonly bytes: Uint8Array; readonly mode: number; readonly uid: number; readonly gid: number }
    | undefined;
}

/**
 * Reads a file of at most `maxBytes`.
 *
 * @throws `profile/unreadable`, `profile/too-large`, `request/aborted`.
 */
export async function readSnapshot(
  path: string,
  options: { readonly maxBytes: number; readonly signal?: AbortSignal | undefined },
): Promise<FileSnapshot> {
  stopIfAborted(options.signal, `reading ${path}`);
  if (path === '') return { path, target: path, found: undefined };
  try {
    const target = await followLinks(path);
    const info = await stat(target);
    const { mode, uid, gid, size } = info;
    if (!info.isFile()) throw unreadable(path, 'it is not a regular file', 'give the path of a file');
    if (size > options.maxBytes) throw profileError('profile/too-large', { path, size, limit: options.maxBytes });
    const bytes = await readFile(target, { signal: options.signal });
    if (bytes.length > options.maxBytes) {
      throw profileError('profile/too-large', { path, size: bytes.length, limit: options.maxBytes });
    }
    return { path, target, found: { bytes, mode, uid, gid } };
  } catch (error) {
    if (isFluvioError(error)) throw error;
    stopIfAborted(options.signal, `reading ${path}`);
    if (errorCode(error) === 'ENOENT') return { path, target: await followLinks(path), found: undefined };
    throw unreadable(path, ioReason(error), 'see to it that this user can read it', error);
  }
}

/**
 * Decodes the bytes of a snapshot; a byte order mark stays in the text.
 *
 * @throws `profile/unreadable`.
 */
export function decodeText(path: string, bytes: Uint8Array): string {
  const wide = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  if (wide) throw unreadable(path, 'it is UTF-16 text', 'save it as UTF-8');
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw unreadable(path, 'it is not UTF-8 text', 'save it as UTF-8, or move the file away to start a new one');
  }
}

/**
 * Makes the folder of a file, for this user only.
 *
 * @throws `profile/unwritable`.
 */
export async function makeFolder(path: string, target: string): Promise<void> {
  if (path === '') {
    const reason = 'its path is empty (FLV_PROFILE_PATH is set to nothing: unset it, or name a file)';
    throw profileError('profile/unwritable', { path, reason });
  }
  try {
    await mkdir(dirname(target), { recursive: true, mode: 0o700 });
  } catch (error) {
    throw unwritable(path, error);
  }
}

/**
 * Puts `text` in place of the file in one step: readers see the old file or the new one, also after a crash. The file
 * is for this user only, and not wider than it was. `commit` runs last, before the new file takes effect; when it
 * throws, the old file stays.
 *
 * @throws `profile/unwritable`, and what `commit` throws.
 */
export async function replaceFile(snapshot: FileSnapshot, text: string, commit: () => Promise<void>): Promise<void> {
  const { path, target, found } = snapshot;
  const folder = dirname(target);
  const temporary = join(folder, `.fluvio-${crypto.randomUUID()}.tmp`);
  try {
    await writeThrough(temporary, text, found === undefined ? 0o600 : found.mode & 0o600);
    if (found !== undefined) await keepOwner(temporary, found);
    await commit();
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    if (isFluvioError(error)) throw error;
    throw unwritable(path, error);
  }
  await syncFolder(folder);
}

/** Wraps a failure of the file system as `profile/unwritable`. */
export function unwritable(path: string, error: unknown): Error {
  return profileError('profile/unwritable', { path, reason: ioReason(error) }, error);
}

/** The `code` of a Node error. */
export function errorCode(error: unknown): string | undefined {
  const code: unknown = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : undefined;
}

/** Says in words why the file system refused. */
export function ioReason(error: unknown): string {
  const code = errorCode(error);
  const words = code === undefined ? undefined : reasons[code];
  if (words !== undefined) return `${words} (${code})`;
  return error instanceof Error ? error.message : String(error);
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'not permitted',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EFBIG: 'the file would be larger than this process may write',
  ENOENT: 'no such file',
  ENOTDIR: 'a part of its path is a file, not a folder',
  EISDIR: 'it is a folder',
  ELOOP: 'its symbolic links go round in a circle',
  ENAMETOOLONG: 'the name is too long',
};

async function writeThrough(path: string, text: string, mode: number): Promise<void> {
  const file = await open(path, 'wx', mode);
  try {
    await file.writeFile(text, 'utf8');
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Keeps the file's owner, which matters under sudo: a config that became root's own locks its user out. */
async function keepOwner(path: string, found: { readonly uid: number; readonly gid: number }): Promise<void> {
  if (process.getuid === undefined) return;
  const { uid, gid } = await stat(path);
  if (uid === found.uid && gid === found.gid) return;
  try {
    await chown(path, found.uid, found.gid);
  } catch (error) {
    if (uid !== found.uid) throw new Error('it belongs to another user', { cause: error });
  }
}

/** Makes a rename last; not every system can, and the file is whole either way. */
async function syncFolder(path: string): Promise<void> {
  try {
    const folder = await open(path, 'r');
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  } catch {
    // Windows and some network file systems have no such call.
  }
}

/** The file behind symbolic links, also where the last of them points to nothing yet. */
async function followLinks(path: string): Promise<string> {
  let at = resolve(path);
  for (let hops = 0; hops < 40; hops++) {
    try {
      return await realpath(at);
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw error;
    }
    const link = await lstat(at).catch(() => undefined);
    if (link?.isSymbolicLink() !== true) break;
    at = resolve(await realpath(dirname(at)), await readlink(at));
  }
  const folder = await realpath(dirname(at)).catch(() => dirname(at));
  return join(folder, basename(at));
}

function unreadable(path: string, reason: string, fix: string, cause?: unknown): Error {
  return profileError('profile/unreadable', { path, line: undefined, column: undefined, reason, fix }, cause);
}
