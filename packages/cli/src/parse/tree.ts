/** All commands as data, for programs and for documentation: `flv --print-tree`. */
import type { AnySpec, ArgumentSpec, GroupSpec } from '../spec/command.ts';
import { type OptionEntry, optionsOf } from './option-table.ts';

/** The tree as JSON. */
export const treeOf = (root: GroupSpec): unknown => ({
  ...nodeOf(root),
  globalOptions: optionsOf().map(optionNode),
});

function nodeOf(spec: AnySpec): Readonly<Record<string, unknown>> {
  const { kind, name, aliases = [], summary } = spec;
  const common = { kind, name, aliases, summary };
  if (spec.kind === 'group') {
    const shown = spec.commands.filter(({ hidden }) => hidden !== true);
    return { ...common, ...(spec.fallback !== undefined && { fallback: spec.fallback }), commands: shown.map(nodeOf) };
  }
  return {
    ...common,
    details: spec.details ?? null,
    arguments: Object.entries(spec.args as Readonly<Record<string, ArgumentSpec<unknown>>>).map(([key, each]) => ({
      name: key,
      text: each.text,
      kind: each.kind,
      choices: each.choices ?? null,
    })),
    options: optionsOf(spec)
      .filter(({ isGlobal }) => !isGlobal)
      .map(optionNode),
    examples: spec.examples.map(([command, what]: readonly [string, string]) => ({ command, what })),
  };
}

const optionNode = ({ spec, short, longs, placeholder }: OptionEntry): Readonly<Record<string, unknown>> => ({
  long: longs[0],
  aliases: longs.slice(1),
  short: short === undefined ? null : `-${short}`,
  value: placeholder ?? null,
  text: spec.text,
  repeats: spec.repeats === true,
  choices: spec.choices ?? null,
  default: spec.fallbackText ?? spec.fallback ?? null,
  hidden: spec.hidden === true,
});
