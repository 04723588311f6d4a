/**
 * The words in which commands are described. One description is parsed with, printed as help, completed in shells and
 * printed as a tree; its types are those that the command's code receives.
 */
import type { Cli } from '../session/cli.ts';

/** Names that a shell can complete. */
export type Completion = 'topic' | 'smartmodule' | 'profile' | 'file' | 'directory';

/** One option. `T` is what the command receives for it. */
export interface OptionSpec<T> {
  /** As in `-p, --partition <n>`; the long form names the option in code, `--batch-size` as `batchSize`. */
  readonly flags: string;
  readonly text: string;
  /** Other long forms, `--spus` say. */
  readonly aliases?: readonly string[];
  /** Reads one value; throws a `TypeError` that says what is wrong with it. */
  readonly parse?: (text: string) => unknown;
  readonly choices?: readonly string[];
  readonly repeats?: boolean;
  /** What the command receives when the option is absent. */
  readonly fallback?: T;
  /** The fallback as help shows it, where the value itself would not be clear. */
  readonly fallbackText?: string;
  /** Options, by their names in code, that exclude this one. */
  readonly conflicts?: readonly string[];
  /** Accepted, but not shown in help. */
  readonly hidden?: boolean;
  readonly completes?: Completion;
}

/** One positional argument. */
export interface ArgumentSpec<T> {
  readonly text: string;
  readonly kind: 'required' | 'optional' | 'many';
  readonly choices?: readonly string[];
  readonly completes?: Completion;
  /** Only carries the type. */
  readonly type?: T;
}

// biome-ignore lint/suspicious/noExplicitAny: options of every type stand in one table
export type OptionSpecs = Readonly<Record<string, OptionSpec<any>>>;
// biome-ignore lint/suspicious/noExplicitAny: arguments of every type stand in one table
export type ArgumentSpecs = Readonly<Record<string, ArgumentSpec<any>>>;

/** What a command's code receives. */
export interface Input<A extends ArgumentSpecs, O extends OptionSpecs> {
  readonly args: { readonly [K in keyof A]: A[K] extends ArgumentSpec<infer T> ? T : never };
  readonly options: OptionValues<O>;
}

/** The values of a table of options. */
export type OptionValues<O extends OptionSpecs> = {
  readonly [K in keyof O]: O[K] extends OptionSpec<infer T> ? T : never;
};

/** A command's code; what it returns is the exit code, 0 by default. */
export interface CommandModule<A extends ArgumentSpecs, O extends OptionSpecs> {
  run(input: Input<A, O>, cli: Cli): Promise<number> | Promise<void>;
}

/** A command that does something. */
export interface CommandSpec<A extends ArgumentSpecs = ArgumentSpecs, O extends OptionSpecs = OptionSpecs> {
  readonly kind: 'command';
  readonly name: string;
  readonly aliases?: readonly string[];
  /** One line for lists of commands. */
  readonly summary: string;
  /** More for its own help, in addition to the summary. */
  readonly details?: string;
  /** Lines to try; the words in front of the first two spaces are the command, the rest says what it does. */
  readonly examples: readonly (readonly [command: string, what: string])[];
  readonly args: A;
  readonly options: O;
  readonly hidden?: boolean;
  /** Whether it talks to no cluster, so that options that name one are refused. */
  readonly local?: boolean;
  /** For a local command: the options that name a cluster and mean something here all the same, by their names in code. */
  readonly targets?: readonly string[];
  /** Letters that mean something else here in Fluvio's own command line, so that no global option may have them. */
  readonly reserves?: readonly string[];
  /** Loads the code: nothing but this table is loaded before a command is chosen. */
  readonly load: () => Promise<CommandModule<A, O>>;
}

/** Commands under one word. */
export interface GroupSpec {
  readonly kind: 'group';
  readonly name: string;
  readonly aliases?: readonly string[];
  readonly summary: string;
  readonly commands: readonly AnySpec[];
  /** Name of the command that is meant when none is given. */
  readonly fallback?: string;
  readonly hidden?: boolean;
}

// biome-ignore lint/suspicious/noExplicitAny: commands of every type stand in one table
export type AnyCommand = CommandSpec<any, any>;
export type AnySpec = AnyCommand | GroupSpec;

/** Declares a command. */
export const command = <A extends ArgumentSpecs, O extends OptionSpecs>(
  spec: Omit<CommandSpec<A, O>, 'kind'>,
): CommandSpec<A, O> => ({ kind: 'command', ...spec });

/** Declares a group. */
export const group = (spec: Omit<GroupSpec, 'kind'>): GroupSpec => ({ kind: 'group', ...spec });

type Details<T> = Omit<OptionSpec<T>, 'flags' | 'text' | 'parse' | 'repeats' | 'fallback'>;

/** An option without a value: present or not. */
export const flag = (flags: string, text: string, details: Details<boolean> = {}): OptionSpec<boolean> => ({
  flags,
  text,
  fallback: false,
  ...details,
});

/** An option with a value that may be absent. */
export const value = <T>(
  flags: string,
  text: string,
  parse: (text: string) => T,
  details: Details<T | undefined> = {},
): OptionSpec<T | undefined> => ({ flags, text, parse, ...details });

/** An option with a value and a default. */
export const valueOr = <T>(
  flags: string,
  text: string,
  parse: (text: string) => T,
  fallback: T,
  details: Details<T> = {},
): OptionSpec<T> => ({ flags, text, parse, fallback, ...details });

/** An option that may be given several times. */
export const values = <T>(
  flags: string,
  text: string,
  parse: (text: string) => T,
  details: Details<readonly T[]> = {},
): OptionSpec<readonly T[]> => ({ flags, text, parse, repeats: true, fallback: [], ...details });

/** An option with one of a few words as its value. */
export const oneOf = <const T extends string>(
  flags: string,
  text: string,
  choices: readonly T[],
  details: Details<T | undefined> = {},
): OptionSpec<T | undefined> => ({ flags, text, choices, parse: word(choices), ...details });

/** As {@link oneOf}, with a default. */
export const oneOfOr = <const T extends string>(
  flags: string,
  text: string,
  choices: readonly T[],
  fallback: NoInfer<T>,
  details: Details<T> = {},
): OptionSpec<T> => ({ flags, text, choices, parse: word(choices), fallback, ...details });

/** Any text. */
export const text = (given: string): string => given;

/** One of a few words, in any case. */
const word =
  <T extends string>(choices: readonly T[]) =>
  (given: string): T => {
    const found = choices.find((choice) => choice.toLowerCase() === given.toLowerCase());
    if (found === undefined) throw new TypeError(`'${given}' is none of ${choices.join(', ')}`);
    return found;
  };

type ArgumentDetails = Omit<ArgumentSpec<never>, 'text' | 'kind' | 'type'>;

/** An argument that must be given. */
export const required = (says: string, details: ArgumentDetails = {}): ArgumentSpec<string> => ({
  text: says,
  kind: 'required',
  ...details,
});

/** An argument that may be given. */
export const optional = (says: string, details: ArgumentDetails = {}): ArgumentSpec<string | undefined> => ({
  text: says,
  kind: 'optional',
  ...details,
});

/** One or more arguments, the last ones of a command. */
export const many = (says: string, details: ArgumentDetails = {}): ArgumentSpec<readonly string[]> => ({
  text: says,
  kind: 'many',
  ...details,
});
