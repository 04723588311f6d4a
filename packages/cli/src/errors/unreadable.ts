/** Files that the command line names and that cannot be read. */
import { type CliCodes, cliError } from './errors.ts';

type Code = 'input/missing' | 'input/denied' | 'input/invalid';

/** What the system says → the code, and the reason where the code leaves it open. */
const CODES: Readonly<Record<string, readonly [Code, reason: string]>> = {
  ENOENT: ['input/missing', 'it does not exist'],
  ENOTDIR: ['input/missing', 'it does not exist'],
  EACCES: ['input/denied', 'permission denied'],
  EPERM: ['input/denied', 'permission denied'],
  EISDIR: ['input/invalid', 'it is a folder'],
};

/** The error that a failed read amounts to; what is no error of the system passes as it is. */
export function unreadable(path: string, error: unknown): unknown {
  if (!(error instanceof Error) || !('syscall' in error)) return error;
  const [code, reason] = CODES[(error as NodeJS.ErrnoException).code ?? ''] ?? ['input/unreadable', error.message];
  const context: CliCodes['input/unreadable'] = { path, reason };
  return cliError(code, context, error);
}
