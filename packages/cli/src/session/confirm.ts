/** Asks before something cannot be undone. */
import { cliError } from '../errors/errors.ts';
import type { Cli } from './cli.ts';

/** A question. */
export interface Confirmation {
  /** What is about to happen: `delete topic "x"`. */
  readonly action: string;
  /** What to do where nobody can be asked. */
  readonly unattended: 'go ahead' | 'refuse';
}

/** Whether to go ahead: true, or it throws. `--yes` answers. @throws `confirm/declined`, `confirm/needed` */
export async function confirmed({ talk, signal, globals }: Cli, { action, unattended }: Confirmation): Promise<true> {
  if (globals.yes) return true;
  const capital = `${action.charAt(0).toUpperCase()}${action.slice(1)}`;
  const answer = await talk.confirm(`${capital}?`, signal);
  signal.throwIfAborted();
  if (answer === true) return true;
  if (answer === false) throw cliError('confirm/declined', { action: `to ${action}` });
  if (unattended === 'refuse') throw cliError('confirm/needed', { action: `to ${action}` });
  return true;
}
