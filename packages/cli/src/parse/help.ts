/** Help, made of the descriptions of commands. */
import { Command, type Help, Option } from 'commander';
import { painter } from '../output/colors.ts';
import type { AnyCommand, AnySpec, GroupSpec } from '../spec/command.ts';
import { optionsOf } from './option-table.ts';
import { commandOf } from './parse.ts';

/** How help looks. */
export interface HelpStyle {
  readonly colors: boolean;
  readonly columns: number;
}

const NARROWEST = 60;
const WIDEST = 120;

/** The help of a command or a group. */
export function helpOf(spec: AnySpec, path: readonly string[], style: HelpStyle): string {
  const name = path.join(' ');
  const isRoot = path.length === 1;
  const command = spec.kind === 'command' ? helpOfCommand(spec, name) : helpOfGroup(spec, name, isRoot);
  const paint = painter(style.colors);
  command
    .helpOption(false)
    .helpCommand(false)
    .configureHelp({
      helpWidth: Math.max(NARROWEST, Math.min(style.columns, WIDEST)),
      styleTitle: (text) => paint('bold', text),
      subcommandTerm: (each) => [each.name(), ...each.aliases()].join(', '),
      optionDescription: describeOption,
      formatHelp,
    })
    .configureOutput({ getOutHasColors: () => style.colors });
  return `${command.helpInformation()}\n${footerOf(spec, name, paint)}`;
}

/** As commander does it, with commands in front of options, and without groups. */
function formatHelp(command: Command, help: Help): string {
  const width = help.padWidth(command, help);
  const item = (term: string, text: string): string => help.formatItem(term, width, text, help);
  const sections: readonly (readonly [title: string, items: readonly string[]])[] = [
    ['Arguments:', help.visibleArguments(command).map((each) => item(help.argumentTerm(each), each.description))],
    [
      'Commands:',
      help.visibleCommands(command).map((each) => item(help.subcommandTerm(each), help.subcommandDescription(each))),
    ],
    ['Options:', help.visibleOptions(command).map((each) => item(help.optionTerm(each), help.optionDescription(each)))],
  ];
  return [
    `${help.styleTitle('Usage:')} ${help.commandUsage(command)}`,
    '',
    help.boxWrap(command.description(), help.helpWidth ?? WIDEST),
    '',
    ...sections
      .filter(([, items]) => items.length > 0)
      .flatMap(([title, items]) => [help.styleTitle(title), ...items, '']),
  ].join('\n');
}

function helpOfCommand(spec: AnyCommand, name: string): Command {
  const summary = sentence(spec.summary);
  return commandOf(spec, name, optionsOf(spec)).description(
    spec.details === undefined ? summary : `${summary}\n\n${spec.details}`,
  );
}

function helpOfGroup(spec: GroupSpec, name: string, isRoot: boolean): Command {
  const command = new Command(name).usage('<command> [options]').description(sentence(spec.summary));
  for (const each of spec.commands) {
    const child = new Command(each.name).description(each.summary);
    for (const alias of each.aliases ?? []) child.alias(alias);
    command.addCommand(child, { hidden: each.hidden === true });
  }
  if (!isRoot) return command;
  for (const { short, longs, placeholder, spec: option } of optionsOf()) {
    const flags = `${short === undefined ? '' : `-${short}, `}${longs[0]}${placeholder === undefined ? '' : ` ${placeholder}`}`;
    const shown = new Option(flags, option.text);
    if (option.choices !== undefined) shown.argChoices = [...option.choices];
    command.addOption(shown);
  }
  command.addOption(new Option('-h, --help', 'help on any command'));
  command.addOption(new Option('-V, --version', 'version of this program'));
  return command;
}

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1).replace(/\.$/, '')}.`;

/** As commander does it, but without `default: false` and `default: []`. */
function describeOption(option: Option): string {
  const extra: string[] = [];
  const fallback: unknown = option.defaultValue;
  if (option.argChoices !== undefined) extra.push(option.argChoices.join(', '));
  if (option.defaultValueDescription !== undefined) extra.push(`default ${option.defaultValueDescription}`);
  else if (typeof fallback === 'string' || typeof fallback === 'number') extra.push(`default ${fallback}`);
  return extra.length === 0 ? option.description : `${option.description} (${extra.join('; ')})`;
}

function footerOf(spec: AnySpec, name: string, paint: ReturnType<typeof painter>): string {
  const lines: string[] = [];
  if (spec.kind === 'command') {
    const width = Math.max(...spec.examples.map(([line]) => line.length));
    lines.push(paint('bold', 'Examples:'));
    for (const [line, what] of spec.examples) lines.push(`  ${line.padEnd(width)}  ${paint('dim', what)}`.trimEnd());
    lines.push('', 'Options of every command, such as --cluster, --profile and --json: flv --help');
  } else {
    lines.push(`More on a command: ${name} <command> --help`);
    if (name === 'flv') lines.push('A cluster to try it on: flv cluster start');
  }
  return lines.map((line) => `${line}\n`).join('');
}
