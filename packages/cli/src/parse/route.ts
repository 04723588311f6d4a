/**
 * Finds the command that a command line names, and brings its options into one order and spelling: options may stand
 * before, between and behind the words of the command, in clusters (`-dB`, `-p3`) and with an equals sign (`-T=1`).
 */
import { suggest } from '@fluvio-ts/profiles/internal';
import type { AnyCommand, AnySpec, GroupSpec } from '../spec/command.ts';
import { type OptionEntry, optionsOf } from './option-table.ts';
import { UsageError } from './usage-error.ts';

/** A command line, taken apart. */
export interface Route {
  /** The command, or the group when no command of it was named. */
  readonly spec: AnySpec;
  /** Its words, the program's name in front. */
  readonly path: readonly string[];
  /** Options and arguments of the command: long forms, except letters that the command does not have. */
  readonly argv: readonly string[];
  readonly wantsHelp: boolean;
  readonly wantsVersion: boolean;
}

/** @throws UsageError for a command that does not exist */
export function route(argv: readonly string[], root: GroupSpec): Route {
  const path: string[] = [root.name];
  const options: string[] = [];
  const operands: string[] = [];
  let spec = root as AnySpec;
  let known = optionsOf();
  let wantsHelp = false;
  let wantsVersion = false;
  const rest = [...argv];

  const descend = (word: string): boolean => {
    const found: AnySpec | undefined = spec.kind === 'group' ? childOf(spec, word) : undefined;
    if (found === undefined) return false;
    path.push(found.name);
    spec = found;
    if (found.kind === 'command') known = optionsOf(found);
    return true;
  };

  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word === '--') {
      operands.push(...rest);
      break;
    }
    if (word === '-h' || word === '--help') {
      wantsHelp = true;
    } else if (spec === root && (word === '-V' || word === '--version')) {
      wantsVersion = true;
    } else if (word.startsWith('--')) {
      options.push(...longOption(word, known, rest));
    } else if (word.length > 1 && word.startsWith('-')) {
      for (const each of shortOptions(word, known, rest)) {
        if (each === '-h') wantsHelp = true;
        else options.push(each);
      }
    } else if (spec.kind === 'command') {
      operands.push(word);
    } else if (word === 'help' && !wantsHelp) {
      wantsHelp = true;
    } else if (!descend(word)) {
      throw unknownCommand(word, spec, path);
    }
  }
  if (spec.kind === 'group' && spec.fallback !== undefined && !wantsHelp) descend(spec.fallback);
  // Behind `--`, a value that begins with a dash is an argument and no option.
  return { spec, path, argv: [...options, '--', ...operands], wantsHelp, wantsVersion };
}

/** A command of a group by its name or another one. */
export const childOf = (spec: GroupSpec, word: string): AnySpec | undefined =>
  spec.commands.find((each) => each.name === word || each.aliases?.includes(word) === true);

function longOption(word: string, known: readonly OptionEntry[], rest: string[]): string[] {
  const equals = word.indexOf('=');
  const name = equals < 0 ? word : word.slice(0, equals);
  if (name === '--no-color') return ['--color', 'never'];
  const found = known.find(({ longs }) => longs.includes(name));
  if (found === undefined) return [word];
  const long = found.longs[0];
  if (found.placeholder === undefined) return equals < 0 ? [long] : [word];
  return [long, equals >= 0 ? word.slice(equals + 1) : valueFor(found, known, rest)];
}

/** Takes the next word as the value of an option, unless it is an option itself: then the value was forgotten. */
function valueFor({ spec, longs }: OptionEntry, known: readonly OptionEntry[], rest: string[]): string {
  const value = rest.shift();
  if (value === undefined || value === '--') throw new UsageError(`option '${spec.flags}' needs a value`);
  const name = /^(--[a-z-]+|-[A-Za-z]$)/.exec(value)?.[1];
  const option = known.find(
    ({ longs: all, short }) => name !== undefined && (all.includes(name) || name === `-${short}`),
  );
  if (option === undefined) return value;
  throw new UsageError(
    `option '${spec.flags}' needs a value, and '${value}' is an option`,
    `if you mean it: ${longs[0]}=${value}`,
  );
}

function shortOptions(word: string, known: readonly OptionEntry[], rest: string[]): string[] {
  const result: string[] = [];
  for (let at = 1; at < word.length; at++) {
    const letter = word[at];
    const found = known.find(({ short }) => short === letter);
    if (found === undefined) {
      result.push(`-${letter}`);
      if (word[at + 1] === '=') break;
    } else if (found.placeholder === undefined) {
      result.push(found.longs[0]);
    } else {
      const attached = at + 1 < word.length;
      result.push(found.longs[0], attached ? word.slice(at + 1).replace(/^=/, '') : valueFor(found, known, rest));
      break;
    }
  }
  return result;
}

function unknownCommand(word: string, spec: GroupSpec, path: readonly string[]): UsageError {
  const names = spec.commands.filter(({ hidden }) => hidden !== true).map(({ name }) => name);
  const close = suggest(word, names);
  const where = path.join(' ');
  const deeper = close === undefined ? findDeeper(word, spec) : undefined;
  if (deeper !== undefined) {
    const command = [...path, ...deeper].join(' ');
    return new UsageError(`'${where}' has no command '${word}'`, `did you mean '${command}'? See ${command} --help`);
  }
  return new UsageError(
    `'${where}' has no command '${word}'`,
    close === undefined
      ? `commands are ${names.join(', ')}; see ${where} --help`
      : `did you mean '${where} ${close}'? See ${where} --help`,
  );
}

/** The words that lead to a command of this name further down. */
function findDeeper(word: string, spec: GroupSpec): readonly string[] | undefined {
  for (const each of spec.commands) {
    if (each.kind !== 'group' || each.hidden === true) continue;
    const found = childOf(each, word);
    if (found !== undefined) return [each.name, found.name];
    const deeper = findDeeper(word, each);
    if (deeper !== undefined) return [each.name, ...deeper];
  }
  return undefined;
}

/** The first option that is none; for command lines that name no command, which nobody parses. */
export function unknownOption(argv: readonly string[]): string | undefined {
  const known = optionsOf();
  for (let at = 0; at < argv.length && argv[at] !== '--'; at++) {
    const word = argv[at] ?? '';
    const found = known.find(({ longs }) => longs.includes(word.replace(/=.*/, '')));
    if (found === undefined) return word;
    if (found.placeholder !== undefined && !word.includes('=')) at++;
  }
  return undefined;
}

/** Whether errors are wanted as JSON; also for command lines that cannot be parsed. */
export function asksForJson(argv: readonly string[]): boolean {
  return beforeDashes(argv).includes('--json');
}

/** What a command line says about colours; also one that cannot be parsed. */
export function colorAskedFor(argv: readonly string[]): 'auto' | 'always' | 'never' {
  const words = beforeDashes(argv);
  if (words.includes('--no-color')) return 'never';
  const at = words.indexOf('--color');
  const when = at < 0 ? words.find((word) => word.startsWith('--color='))?.slice('--color='.length) : words[at + 1];
  return when === 'always' || when === 'never' ? when : 'auto';
}

const beforeDashes = (argv: readonly string[]): readonly string[] => {
  const end = argv.indexOf('--');
  return end < 0 ? argv : argv.slice(0, end);
};

/** Whether a command is what the path names; for tests and completion. */
export function commandAt(root: GroupSpec, words: readonly string[]): AnyCommand | undefined {
  let spec: AnySpec = root;
  for (const word of words) {
    const next: AnySpec | undefined = spec.kind === 'group' ? childOf(spec, word) : undefined;
    if (next === undefined) return undefined;
    spec = next;
  }
  return spec.kind === 'command' ? spec : undefined;
}
