/** Which options a command takes, its own and the global ones, and by which spellings. */
import type { AnyCommand, OptionSpec } from '../spec/command.ts';
import { globalOptions } from '../spec/globals.ts';

/** An option as it stands on a command. */
export interface OptionEntry {
  /** Its name in code: `batchSize`. */
  readonly key: string;
  readonly spec: OptionSpec<unknown>;
  readonly isGlobal: boolean;
  /** The letter, without its dash, unless the command uses it otherwise. */
  readonly short: string | undefined;
  /** The long forms, with their dashes; the first is the proper one. */
  readonly longs: readonly [string, ...string[]];
  /** The placeholder of its value, `<n>`; undefined for a flag. */
  readonly placeholder: string | undefined;
}

/** The options of a command; without one, those that may stand in front of a command's name. */
export function optionsOf(command?: AnyCommand): readonly OptionEntry[] {
  const own = Object.entries(command?.options ?? {}) as [string, OptionSpec<unknown>][];
  const taken = new Set(command?.reserves?.map((short: string) => short.slice(1)));
  for (const [, spec] of own) taken.add(shortOf(spec.flags) ?? '');
  const globals = Object.entries(globalOptions) as [string, OptionSpec<unknown>][];
  return [
    ...own.map(([key, spec]) => entry(key, spec, false, new Set())),
    ...globals
      .filter(([key]) => command?.options[key] === undefined)
      .map(([key, spec]) => entry(key, spec, true, taken)),
  ];
}

function entry(key: string, spec: OptionSpec<unknown>, isGlobal: boolean, taken: ReadonlySet<string>): OptionEntry {
  const short = shortOf(spec.flags);
  const long = /--[a-z0-9-]+/.exec(spec.flags)?.[0] ?? `--${key}`;
  return {
    key,
    spec,
    isGlobal,
    short: short === undefined || taken.has(short) ? undefined : short,
    longs: [long, ...(spec.aliases ?? [])],
    placeholder: /<[^>]+>/.exec(spec.flags)?.[0],
  };
}

const shortOf = (flags: string): string | undefined => /^-([A-Za-z])\b/.exec(flags)?.[1];
