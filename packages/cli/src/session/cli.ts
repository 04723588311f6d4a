/** What every command gets besides its own options: the streams, the global options, and when to stop. */
import type { DataOut } from '../output/data-out.ts';
import type { Talk } from '../output/talk.ts';
import type { GlobalValues } from '../spec/globals.ts';

/** Everything around a command. */
export interface Cli {
  readonly globals: GlobalValues;
  /** Standard output, for data. */
  readonly out: DataOut;
  /** Standard error, for people. */
  readonly talk: Talk;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborted by Ctrl-C and SIGTERM. */
  readonly signal: AbortSignal;
}
