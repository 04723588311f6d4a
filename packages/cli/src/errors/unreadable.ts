/** Files that the command line names and that cannot be read. */
import { cliError } from './errors.ts';

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'it does not exist',
  EACCES: 'permission denied',
  EISDIR: 'it is a folder',
};

/** The error that a failed read amounts to; what is no error of the system passes as it is. */
export function unreadable(path: string, error: unknown): unknown {
  if (!(error instanceof Error) || !('syscall' in error)) return error;
  const { code = '' } = error as NodeJS.ErrnoException;
  return cliError('input/unreadable', { path, reason: REASONS[code] ?? error.message }, error);
}
