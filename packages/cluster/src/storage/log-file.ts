/**
 * One append-only file: what is appended is there as a whole, or not at all.
 *
 * Writes are synchronous on purpose: handing 64 KB to the page cache takes 13 µs, a hop to the thread pool and back 45 µs.
 */
import { closeSync, fdatasync, fstatSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';
import { clusterError } from '../errors.ts';
import { reasonOf } from '../logger.ts';

/** An open file that grows at its end. */
export interface LogFile {
  readonly path: string;
  readonly sizeBytes: number;
  /**
   * Writes at the end. If that fails, the file is cut back to where it ended.
   *
   * @throws `storage/full` without room on the device, `storage/io` for any other reason
   */
  append(bytes: Uint8Array): void;
  /** Reads up to `length` bytes at `position`; fewer at the end of the file. `memory` is used if it is given. @throws `storage/io` */
  read(position: number, length: number, memory?: ReadMemory): Uint8Array;
  /** Cuts the end off. @throws `storage/io` */
  truncate(sizeBytes: number): void;
  /** Hands everything to the device; resolves when it is there. Rejects with `storage/io`. */
  sync(): Promise<void>;
  close(): void;
  /** Whether a failed append could not be undone: the file may end with a part of it, and takes nothing more. */
  readonly broken: boolean;
}

/** Gives so many bytes to read into, with whatever is in them. */
export type ReadMemory = (bytes: number) => Uint8Array;

/** Memory of its own for each read. */
const freshMemory: ReadMemory = (bytes) => {
  const { buffer, byteOffset } = Buffer.allocUnsafeSlow(bytes);
  return new Uint8Array(buffer, byteOffset, bytes);
};

/** What the system says when there is no room: on the device, in the quota, or under the limit of file sizes. */
const NO_ROOM = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

/** Opens a file for reading and appending, and makes it when it is missing. @throws `storage/full`, `storage/io` */
export function openLogFile(path: string): LogFile {
  const refuse = (action: string, cause: unknown): Error => {
    const { code } = cause as { readonly code?: string };
    if (code !== undefined && NO_ROOM.has(code)) return clusterError('storage/full', { path }, cause);
    return clusterError('storage/io', { path, action, reason: reasonOf(cause) }, cause);
  };
  const attempt = <T>(action: string, run: () => T): T => {
    try {
      return run();
    } catch (error) {
      throw refuse(action, error);
    }
  };

  const fd = attempt('open', () => openOrMake(path));
  let size = attempt('open', () => fstatSync(fd).size);
  let broken = false;
  let closed = false;
  /** Flushes that are under way. The file stays open for them: its number might name another file by the time they run. */
  let syncs = 0;

  const closeWhenIdle = (): void => {
    if (closed && syncs === 0) closeSync(fd);
  };

  return {
    path,
    get sizeBytes() {
      return size;
    },
    get broken() {
      return broken;
    },
    append(bytes) {
      if (closed) throw refuse('write', new Error('it is closed'));
      if (broken) throw refuse('write', new Error('an earlier write left a part behind that could not be removed'));
      let written = 0;
      try {
        while (written < bytes.length) {
          written += writeSync(fd, bytes, written, bytes.length - written, size + written);
        }
      } catch (error) {
        try {
          ftruncateSync(fd, size);
        } catch {
          broken = true;
        }
        throw refuse('write', error);
      }
      size += written;
    },
    read(position, length, memory = freshMemory) {
      if (closed) throw refuse('read', new Error('it is closed'));
      const wanted = Math.max(0, Math.min(length, size - position));
      const bytes = memory(wanted);
      let filled = 0;
      while (filled < wanted) {
        const got = attempt('read', () => readSync(fd, bytes, filled, wanted - filled, position + filled));
        if (got === 0) throw refuse('read', new Error(`it ends at byte ${position + filled} instead of ${size}`));
        filled += got;
      }
      return bytes;
    },
    truncate(sizeBytes) {
      attempt('truncate', () => ftruncateSync(fd, sizeBytes));
      size = sizeBytes;
    },
    sync() {
      if (closed) return Promise.reject(refuse('flush', new Error('it is closed')));
      return new Promise((resolve, reject) => {
        syncs++;
        fdatasync(fd, (error) => {
          syncs--;
          closeWhenIdle();
          if (error === null) resolve();
          else reject(refuse('flush', error));
        });
      });
    },
    close() {
      if (closed) return;
      closed = true;
      closeWhenIdle();
    },
  };
}

function openOrMake(path: string): number {
  try {
    return openSync(path, 'r+');
  } catch (error) {
    if ((error as { readonly code?: string }).code !== 'ENOENT') throw error;
    return openSync(path, 'wx+');
  }
}
