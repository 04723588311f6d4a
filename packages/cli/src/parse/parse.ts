/** Reads the options and arguments of one command, with commander, as its description says. */
import { Argument, Command, type CommanderError, Option } from 'commander';
import type { AnyCommand, ArgumentSpec, OptionValues } from '../spec/command.ts';
import { type GlobalValues, type globalOptions, targetOptions } from '../spec/globals.ts';
import { type OptionEntry, optionsOf } from './option-table.ts';
import { UsageError } from './usage-error.ts';

/** A command line, read. */
export interface Parsed {
  readonly args: Readonly<Record<string, unknown>>;
  readonly options: Readonly<Record<string, unknown>>;
  readonly globals: GlobalValues;
}

/** @throws UsageError */
export function parse(spec: AnyCommand, path: readonly string[], argv: readonly string[]): Parsed {
  const name = path.join(' ');
  const entries = optionsOf(spec);
  const command = commandOf(spec, name, entries);
  try {
    command.parse(argv, { from: 'user' });
  } catch (error) {
    if (!isCommanderError(error)) throw error;
    throw usageError(error, name);
  }
  const given = command.opts() as Readonly<Record<string, unknown>>;
  refuseTargets(spec, command, name);
  const own: Record<string, unknown> = {};
  const globals: Record<string, unknown> = {};
  for (const { key, isGlobal } of entries) (isGlobal ? globals : own)[key] = given[key];
  const args = Object.fromEntries(Object.keys(spec.args).map((key, i) => [key, command.processedArgs[i]]));
  return { args, options: own, globals: globals as OptionValues<typeof globalOptions> };
}

/** The command as commander knows it; also what help is made of. */
export function commandOf(spec: AnyCommand, name: string, entries: readonly OptionEntry[]): Command {
  const command = new Command(name)
    .exitOverride()
    .configureOutput({ writeErr: () => {} })
    .helpOption(false);
  for (const each of entries) command.addOption(optionOf(each));
  for (const [key, each] of Object.entries(spec.args))
    command.addArgument(argumentOf(key, each as ArgumentSpec<unknown>));
  return command;
}

function optionOf({ spec, short, longs, placeholder, isGlobal }: OptionEntry): Option {
  const flags = [short === undefined ? undefined : `-${short}`, longs[0]].filter((each) => each !== undefined);
  const option = new Option(`${flags.join(', ')}${placeholder === undefined ? '' : ` ${placeholder}`}`, spec.text);
  if (spec.fallback !== undefined) option.default(spec.fallback, spec.fallbackText);
  if (spec.conflicts !== undefined) option.conflicts([...spec.conflicts]);
  if (spec.choices !== undefined) option.argChoices = [...spec.choices];
  if (spec.hidden === true || isGlobal) option.hideHelp();
  const { parse: read, repeats } = spec;
  if (read === undefined) return option;
  let first = true;
  return option.argParser((text: string, before: unknown) => {
    const value = attempt(`option '${flags.join(', ')} ${placeholder ?? ''}'`, () => read(text));
    if (repeats !== true) return value;
    const values = first ? [value] : [...(before as readonly unknown[]), value];
    first = false;
    return values;
  });
}

function argumentOf(key: string, { kind, text, choices }: ArgumentSpec<unknown>): Argument {
  const name = key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  const word = kind === 'many' ? `${name.replace(/s$/, '')}...` : name;
  const argument = new Argument(kind === 'optional' ? `[${word}]` : `<${word}>`, text);
  if (choices === undefined) return argument;
  return argument.argParser((given: string) => {
    if (choices.includes(given)) return given;
    throw new UsageError(`argument '${name}': '${given}' is none of ${choices.join(', ')}`);
  });
}

function attempt<T>(what: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new UsageError(`${what}: ${error.message}`);
  }
}

/** A command that talks to no cluster takes no option that names one: the user would believe that it has an effect. */
function refuseTargets(spec: AnyCommand, command: Command, name: string): void {
  if (spec.local !== true) return;
  const allowed: readonly string[] = spec.targets ?? [];
  for (const [key, { flags }] of Object.entries(targetOptions)) {
    if (spec.options[key] !== undefined || allowed.includes(key)) continue;
    if (command.getOptionValueSource(key) !== 'cli') continue;
    throw new UsageError(`option '${flags}' has no effect on '${name}'`, `leave it out; see ${name} --help`);
  }
}

const isCommanderError = (error: unknown): error is CommanderError =>
  error instanceof Error && 'code' in error && String(error.code).startsWith('commander.');

/** Commander's own words, its suggestion as the hint. */
function usageError({ message }: CommanderError, name: string): UsageError {
  const [first = '', ...more] = message.replace(/^error: /, '').split('\n');
  const suggestion = /\(Did you mean (.+)\?\)/.exec(more.join(' '))?.[1];
  const help = `see ${name} --help`;
  return new UsageError(first, suggestion === undefined ? help : `did you mean ${suggestion}? Or ${help}`);
}
