/** Where the profile file is. */
import { homedir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { profileError } from './errors.ts';

/** What decides the location of the profile file; each field has a default from the process. */
export interface ProfileLocation {
  /** The file itself. Wins over everything else. */
  readonly path?: string | undefined;
  /** Environment variables. Default: those of the process. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  /** The home folder. Default: that of the user. */
  readonly home?: string | undefined;
}

/**
 * The path of the profile file: the given one, else `FLV_PROFILE_PATH` (the file itself; an empty value counts, as it
 * does for the official CLI), else `~/.fluvio/config`.
 *
 * @throws `profile/no-home` when there is nothing to go by.
 */
export function profilePath(options: ProfileLocation = {}): string {
  const given = options.path ?? (options.env ?? process.env).FLV_PROFILE_PATH;
  if (given !== undefined) return given;
  const home = options.home ?? homeFolder();
  if (home === '') throw profileError('profile/no-home', {});
  return join(home, '.fluvio', 'config');
}

function homeFolder(): string {
  try {
    return homedir();
  } catch (cause) {
    throw profileError('profile/no-home', {}, cause);
  }
}
