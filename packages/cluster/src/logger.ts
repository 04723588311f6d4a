/** Where the cluster's programs tell what they do. Libraries print nothing: the one who starts them decides. */

/** How much a line matters. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** Takes one line: what happened, and the facts of this occurrence. Must not throw. */
export type Logger = (level: LogLevel, message: string, facts?: Readonly<Record<string, unknown>>) => void;

/** Says nothing. */
export const silent: Logger = () => {};

/** What an error says, for a line of the log. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
