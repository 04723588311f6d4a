/**
 * Answers the shells: `flv __complete <words…>` prints a candidate on each line, with what it means behind a tab. A last
 * line `:files` or `:folders` asks the shell for its own.
 */
import process from 'node:process';
import { root } from '../spec/table.ts';
import { continuation } from './context.ts';

/** Prints the candidates and ends the process. */
export async function complete(words: readonly string[]): Promise<never> {
  const { candidates, names, given } = continuation(words.length === 0 ? [''] : words, root);
  const lines = candidates.map(({ word, text }) => (text === '' ? word : `${word}\t${text}`));
  if (names === 'file') lines.push(':files');
  else if (names === 'directory') lines.push(':folders');
  else if (names !== undefined) {
    const { namesOf } = await import('./names.ts');
    const last = words.at(-1) ?? '';
    lines.push(...(await namesOf(names, given)).filter((name) => name.startsWith(last)));
  }
  await new Promise<void>((resolve) => {
    process.stdout.on('error', () => resolve());
    process.stdout.write(lines.map((line) => `${line}\n`).join(''), () => resolve());
  });
  // A connection that was too slow must not keep the shell waiting.
  process.exit(0);
}
