/** Ctrl-C and SIGTERM: the first asks the command to finish within two seconds, the second ends the program at once. */
import process from 'node:process';

/** See the file's head. */
export interface Interruption {
  /** Aborted by the first signal. */
  readonly signal: AbortSignal;
  /** The exit code that the signal stands for; undefined when there was none. */
  readonly code: 130 | 143 | undefined;
  release(): void;
}

const GRACE_MS = 2_000;

/** Listens to signals until it is released. */
export function interruption(): Interruption {
  const stop = new AbortController();
  let code: 130 | 143 | undefined;
  let grace: ReturnType<typeof setTimeout> | undefined;
  const on = (exit: 130 | 143) => (): void => {
    if (code !== undefined) process.exit(exit);
    code = exit;
    // Longer than the two seconds that commands give themselves, for the last words to get out.
    grace = setTimeout(() => process.exit(exit), GRACE_MS + 200);
    grace.unref();
    stop.abort(new Error(exit === 130 ? 'interrupted' : 'terminated'));
  };
  const onInt = on(130);
  const onTerm = on(143);
  process.on('SIGINT', onInt);
  process.on('SIGTERM', onTerm);
  return {
    signal: stop.signal,
    get code() {
      return code;
    },
    release() {
      clearTimeout(grace);
      process.off('SIGINT', onInt);
      process.off('SIGTERM', onTerm);
    },
  };
}
