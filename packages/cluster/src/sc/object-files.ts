/**
 * The SC's objects on disk: one JSON file for each, under a folder for each kind. A file is replaced as a whole (written
 * under another name, flushed, renamed), so that it is the old one or the new one. A file that cannot be read is put aside
 * and does not keep the others from being read.
 */
import { mkdirSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ObjectLabel, Type } from '@fluvio-ts/protocol';
import type { Logger } from '../logger.ts';
import { reasonOf } from '../logger.ts';
import { syncDirectory } from '../storage/directories.ts';
import { fromJson, toJson } from './schema-json.ts';
import type { StoredObject } from './store.ts';

/** The files of one kind of objects. */
export interface ObjectFiles<L extends ObjectLabel> {
  /** Reads every object. */
  load(): StoredObject<L>[];
  write(object: StoredObject<L>): Promise<void>;
  remove(name: string): Promise<void>;
}

/** Where objects are kept. */
export interface ObjectFilesOptions<L extends ObjectLabel> {
  /** Folder of all kinds. */
  readonly dir: string;
  readonly label: L;
  /** `{ name, spec, status }` of the kind. */
  readonly type: Type<Omit<StoredObject<L>, 'uid'>>;
  /** Whether files are flushed to the device. */
  readonly durable: boolean;
  readonly log: Logger;
}

const FORMAT = 1;
const EXTENSION = '.json';
/** The longest file name that every file system takes, less what is added while a file is written. */
const LONGEST_FILE_NAME = 240;

/** Opens the files of one kind; the folder is made when it is missing. */
export function objectFiles<L extends ObjectLabel>(options: ObjectFilesOptions<L>): ObjectFiles<L> {
  const { label, type, durable, log } = options;
  const dir = join(options.dir, label);
  mkdirSync(dir, { recursive: true });
  let writes = 0;

  const decode = (text: string): StoredObject<L> => {
    const json: unknown = JSON.parse(text);
    if (typeof json !== 'object' || json === null) throw new TypeError('it should be an object');
    const { format, uid } = json as { readonly format?: unknown; readonly uid?: unknown };
    if (format !== FORMAT) throw new TypeError(`its format is ${String(format)}, and this version reads ${FORMAT}`);
    if (typeof uid !== 'string') throw new TypeError('it has no uid');
    return { ...fromJson(type, json), uid } as StoredObject<L>;
  };

  return {
    load() {
      const objects: StoredObject<L>[] = [];
      for (const file of readdirSync(dir)) {
        if (!file.endsWith(EXTENSION)) continue;
        const path = join(dir, file);
        try {
          objects.push(decode(readFileSync(path, 'utf8')));
        } catch (error) {
          const aside = `${path}.unreadable`;
          renameSync(path, aside);
          log('error', 'an object cannot be read and is put aside', { path: aside, reason: reasonOf(error) });
        }
      }
      return objects;
    },
    async write(object) {
      const path = join(dir, fileName(object.name));
      const temporary = `${path}.${++writes}.new`;
      const text = `${JSON.stringify({ format: FORMAT, uid: object.uid, ...(toJson(type, object) as object) }, undefined, 2)}\n`;
      const file = await open(temporary, 'w');
      try {
        await file.writeFile(text);
        if (durable) await file.sync();
      } finally {
        await file.close();
      }
      await rename(temporary, path);
      if (durable) await syncDirectory(dir);
    },
    async remove(name) {
      await rm(join(dir, fileName(name)), { force: true });
      if (durable) await syncDirectory(dir);
    },
  };
}

/** Whether an object of this name can be kept: names may hold anything, but files' names have an end. */
export function canBeKept(name: string): boolean {
  return fileName(name).length <= LONGEST_FILE_NAME;
}

/**
 * Small letters, digits, `-` and `_` as they are, anything else by its bytes: no name leads out of the folder, and none is
 * another's on systems that take `A` for `a`.
 */
function fileName(name: string): string {
  const escaped = [...new TextEncoder().encode(name)]
    .map((byte) => {
      const char = String.fromCharCode(byte);
      return /[a-z0-9_-]/.test(char) ? char : `%${byte.toString(16).padStart(2, '0')}`;
    })
    .join('');
  return `${escaped}${EXTENSION}`;
}
