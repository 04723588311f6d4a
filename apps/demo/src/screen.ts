/** What the demo prints: steps, a live line on a terminal and a plain one elsewhere. */
import { styleText } from 'node:util';

const { stdout } = process;
const CLEAR_LINE = '\r\u001b[K';
const EVERY_MS = 100;

type Style = Parameters<typeof styleText>[0];

const paint = (style: Style, text: string): string =>
  stdout.isTTY && stdout.hasColors() ? styleText(style, text) : text;

/** A line that is written over on a terminal, and written once, at the end, elsewhere. */
export interface LiveLine {
  update(text: string): void;
  /** Leaves the last text standing. */
  end(text: string): void;
}

let live = false;

/** Calls `gone` when nobody reads the output any more, as in `npm run demo | head`; what is printed from then on is dropped. */
export function onReaderGone(gone: () => void): void {
  stdout.on('error', gone);
}

const print = (text: string): void => {
  if (live) stdout.write(CLEAR_LINE);
  live = false;
  stdout.write(`${text}\n`);
};

/** Everything the demo says. */
export const screen = {
  title: (text: string): void => print(paint('bold', `\n${text}`)),
  step: (text: string): void => print(`  ${text}`),
  lines: (lines: readonly string[]): void => lines.forEach(print),
  ok: (text: string): void => print(`  ${paint('green', '✓')} ${text}`),
  failed: (text: string): void => print(`  ${paint('red', '✗')} ${text}`),
  command: (command: string, what: string): void => print(`  ${paint('cyan', command.padEnd(46))}${what}`),
  live(): LiveLine {
    let shownAt = 0;
    return {
      update(text) {
        const now = performance.now();
        if (!stdout.isTTY || now - shownAt < EVERY_MS) return;
        shownAt = now;
        live = true;
        stdout.write(`${CLEAR_LINE}  ${text}`);
      },
      end(text) {
        print(`  ${text}`);
      },
    };
  },
};
