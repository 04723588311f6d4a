/**
 * The WebAssembly of SmartModules on disk: one file for each, named by the uid of its module. It may be megabytes, so it
 * is in memory only while somebody asks for it.
 */
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { syncDirectory } from '../storage/directories.ts';

/** The files of a folder. */
export interface PayloadFiles {
  /** Writes a payload, which is there as a whole or not at all. */
  write(uid: string, payload: Uint8Array): Promise<void>;
  /** Rejects if there is none. */
  read(uid: string): Promise<Uint8Array>;
  remove(uid: string): Promise<void>;
}

const EXTENSION = '.wasm.gz';

/** Opens a folder, which is made when it is missing, and removes what no module of `known` has: rests of interrupted changes. */
export function payloadFiles(dir: string, known: ReadonlySet<string>, durable: boolean): PayloadFiles {
  mkdirSync(dir, { recursive: true });
  for (const file of readdirSync(dir)) {
    const uid = file.endsWith(EXTENSION) ? file.slice(0, -EXTENSION.length) : '';
    if (!known.has(uid)) rmSync(join(dir, file), { force: true });
  }
  const pathOf = (uid: string): string => join(dir, `${uid}${EXTENSION}`);
  return {
    async write(uid, payload) {
      const temporary = `${pathOf(uid)}.new`;
      const file = await open(temporary, 'w');
      try {
        await file.writeFile(payload);
        if (durable) await file.sync();
      } finally {
        await file.close();
      }
      await rename(temporary, pathOf(uid));
      if (durable) await syncDirectory(dir);
    },
    read: async (uid) => new Uint8Array(await readFile(pathOf(uid))),
    remove: (uid) => rm(pathOf(uid), { force: true }),
  };
}
