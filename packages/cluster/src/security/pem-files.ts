/** Certificates and keys in a folder that is its owner's alone. */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { clusterError } from '../errors.ts';
import { reasonOf } from '../logger.ts';

/** A certificate and its private key, both PEM. */
export interface Pair {
  readonly cert: string;
  readonly key: string;
}

/** Where a pair is kept. */
export interface PairPaths {
  readonly cert: string;
  readonly key: string;
}

const OWNER_ONLY_FOLDER = 0o700;
const OWNER_ONLY_FILE = 0o600;

/** The pair in two files; undefined if they are missing, unreadable, or do not belong together. */
export function readPair(paths: PairPaths): Pair | undefined {
  try {
    const pair = { cert: readFileSync(paths.cert, 'utf8'), key: readFileSync(paths.key, 'utf8') };
    return new X509Certificate(pair.cert).checkPrivateKey(createPrivateKey(pair.key)) ? pair : undefined;
  } catch {
    return undefined;
  }
}

/** Writes a pair, each file as a whole, readable by its owner only. @throws `storage/io` */
export function writePair(paths: PairPaths, { cert, key }: Pair): void {
  writePrivate(paths.key, key);
  writePrivate(paths.cert, cert);
}

function writePrivate(path: string, text: string): void {
  const folder = dirname(path);
  const fresh = `${path}.new`;
  try {
    mkdirSync(folder, { recursive: true, mode: OWNER_ONLY_FOLDER });
    // A folder or a file that was there keeps its mode otherwise.
    chmodSync(folder, OWNER_ONLY_FOLDER);
    writeFileSync(fresh, text, { mode: OWNER_ONLY_FILE });
    chmodSync(fresh, OWNER_ONLY_FILE);
    renameSync(fresh, path);
  } catch (error) {
    throw clusterError('storage/io', { path, action: 'write', reason: reasonOf(error) }, error);
  }
}

/** Reads a PEM file that the caller named. @throws `cluster/options` */
export function readNamedPem(option: string, path: string): string {
  const refuse = (reason: string, cause?: unknown): Error =>
    clusterError('cluster/options', { option, reason: `${path}: ${reason}` }, cause);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw refuse(`it cannot be read (${reasonOf(error)}): give the path of a PEM file`, error);
  }
  if (!text.includes('-----BEGIN')) throw refuse('it is not PEM (no -----BEGIN line)');
  return text;
}
