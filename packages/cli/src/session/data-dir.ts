/** Where the embedded cluster of this machine is. */
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** The folder that is given, else `embedded` in `FLUVIO_DIR`, else in `~/.fluvio`; not that of Fluvio's own local clusters. */
export function dataDirOf(given: string | undefined, env: Readonly<Record<string, string | undefined>>): string {
  if (given !== undefined) return resolve(given);
  const base = env.FLUVIO_DIR;
  return join(base === undefined || base === '' ? join(homedir(), '.fluvio') : resolve(base), 'embedded');
}
