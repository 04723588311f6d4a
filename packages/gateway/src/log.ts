/** Where a gateway tells what it does. Libraries print nothing: the one who starts them decides. */

/** How much a line matters. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** Takes one line: what happened, and the facts of this occurrence. Must not throw. */
export type Log = (level: LogLevel, message: string, facts?: Readonly<Record<string, unknown>>) => void;

/** Says nothing. */
export const silent: Log = () => {};

/** What an error says, for a line of the log or a reply. */
export const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
