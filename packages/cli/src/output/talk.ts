/** Standard error: notes, warnings, questions and progress for whoever sits in front of the program. */
import type { Readable, Writable } from 'node:stream';
import type { Paint } from './colors.ts';

/** See the file's head. */
export interface Talk {
  readonly isTTY: boolean;
  readonly paint: Paint;
  /** Says something, unless the user wants quiet. */
  note(text: string): void;
  /** Says what the user should know in any case. */
  warn(text: string): void;
  /** Writes text as it is, without a line's end. */
  raw(text: string): void;
  /** Shows one line that the next one replaces; on a terminal only, and at most ten times a second. */
  progress(text: string): void;
  /** Takes the progress line away. */
  clear(): void;
  /** Asks for yes or no; `undefined` where nobody can answer. */
  confirm(question: string, signal: AbortSignal): Promise<boolean | undefined>;
  drained(): Promise<void>;
}

/** What a talk is made with. */
export interface TalkOptions {
  readonly stream: Writable & { readonly isTTY?: boolean; readonly columns?: number };
  readonly input: Readable & { readonly isTTY?: boolean };
  readonly paint: Paint;
  readonly quiet: boolean;
  /** Whether a program reads it: warnings are JSON then, one object on a line, and notes are left out. */
  readonly json: boolean;
  /** Whether lines may be overwritten: a terminal that is not dumb. */
  readonly animated: boolean;
}

const EVERY_MS = 100;
const CLEAR_LINE = '\r\u001b[K';

export function talk({ stream, input, paint, quiet, json, animated }: TalkOptions): Talk {
  let shown = false;
  let shownAt = Number.NEGATIVE_INFINITY;
  // Who does not listen is no reason to fail.
  stream.on('error', () => {});

  const clear = (): void => {
    if (shown) stream.write(CLEAR_LINE);
    shown = false;
    shownAt = Number.NEGATIVE_INFINITY;
  };
  const line = (text: string): void => {
    clear();
    stream.write(`${text}\n`);
  };

  return {
    isTTY: stream.isTTY === true,
    paint,
    note: (text) => {
      if (!quiet && !json) line(text);
    },
    warn: (text) => line(json ? JSON.stringify({ warning: text }) : `${paint('yellow', 'warning')}: ${text}`),
    raw: (text) => {
      clear();
      stream.write(text);
    },
    progress(text) {
      const now = performance.now();
      if (!animated || quiet || json || now - shownAt < EVERY_MS) return;
      shownAt = now;
      shown = true;
      const width = (stream.columns ?? 80) - 1;
      stream.write(`${CLEAR_LINE}${text.length > width ? `${text.slice(0, width - 1)}…` : text}`);
    },
    clear,
    async confirm(question, signal) {
      if (json || input.isTTY !== true || stream.isTTY !== true) return undefined;
      const { createInterface } = await import('node:readline/promises');
      // Not `terminal: true`: the terminal itself then turns Ctrl-C into a signal.
      const lines = createInterface({ input, output: stream, terminal: false });
      try {
        // At the end of input the question itself would never settle.
        const ended = new Promise<string>((resolve) => lines.once('close', () => resolve('')));
        const answer = await Promise.race([lines.question(`${question} [y/N] `, { signal }), ended]);
        return /^y(es)?$/i.test(answer.trim());
      } catch {
        return false;
      } finally {
        lines.close();
      }
    },
    async drained() {
      if (stream.destroyed || stream.writableLength === 0) return;
      await new Promise<void>((resolve) => {
        stream.once('error', () => resolve());
        stream.write('', () => resolve());
      });
    },
  };
}
