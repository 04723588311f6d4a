/** What a half-typed command line may go on with, by the table of commands alone. */
import { type OptionEntry, optionsOf } from '../parse/option-table.ts';
import { childOf } from '../parse/route.ts';
import type { AnyCommand, AnySpec, ArgumentSpec, Completion, GroupSpec } from '../spec/command.ts';

/** A word that could stand there. */
export interface Candidate {
  readonly word: string;
  readonly text: string;
}

/** What could stand where the cursor is. */
export interface Continuation {
  readonly candidates: readonly Candidate[];
  /** Names that only the machine or the cluster knows. */
  readonly names: Completion | undefined;
  /** What was typed that names a cluster or a profile, for those names. */
  readonly given: readonly string[];
}

const NOTHING: Continuation = { candidates: [], names: undefined, given: [] };

/** `words` are those behind the program's name, the last of them the one at the cursor, which may be empty. */
export function continuation(words: readonly string[], root: GroupSpec): Continuation {
  const last = words.at(-1) ?? '';
  let spec: AnySpec = root;
  let known = optionsOf();
  let positions = 0;
  let open: OptionEntry | undefined;
  const given: string[] = [];
  for (const word of words.slice(0, -1)) {
    // Shells split `--option=value` at the equals sign.
    if (word === '=') continue;
    if (open !== undefined) {
      if (isTarget(open)) given.push(open.longs[0], word);
      open = undefined;
    } else if (word.startsWith('-') && word.length > 1) {
      const entry = entryOf(word, known);
      if (entry?.placeholder === undefined) {
        if (entry !== undefined && isTarget(entry)) given.push(entry.longs[0]);
      } else if (!/=/.test(word) && !isAttached(word)) open = entry;
      else if (isTarget(entry)) given.push(entry.longs[0], valueIn(word));
    } else if (spec.kind === 'group') {
      const child: AnySpec | undefined = childOf(spec, word);
      if (child === undefined) return NOTHING;
      spec = child;
      if (child.kind === 'command') known = optionsOf(child);
    } else {
      positions++;
    }
  }
  const continuing = (candidates: readonly Candidate[], names?: Completion): Continuation => ({
    candidates: candidates.filter(({ word }) => word.startsWith(last)),
    names,
    given,
  });
  if (open !== undefined) {
    const { choices = [], completes } = open.spec;
    return continuing(choices.map(asCandidate), completes);
  }
  if (last.startsWith('-')) return continuing(optionCandidates(known));
  if (spec.kind === 'group') {
    const visible = spec.commands.filter(({ hidden }) => hidden !== true);
    return continuing(visible.map(({ name, summary }) => ({ word: name, text: summary })));
  }
  const argument = argumentAt(spec, positions);
  return continuing((argument?.choices ?? []).map(asCandidate), argument?.completes);
}

const asCandidate = (word: string): Candidate => ({ word, text: '' });

const TARGETS = new Set([
  'cluster',
  'profile',
  'tls',
  'domain',
  'caCert',
  'clientCert',
  'clientKey',
  'insecure',
  'gateway',
]);
const isTarget = ({ key, isGlobal }: OptionEntry): boolean => isGlobal && TARGETS.has(key);

/** The option that a word is; of a cluster of letters, the last that matters. */
function entryOf(word: string, known: readonly OptionEntry[]): OptionEntry | undefined {
  if (word.startsWith('--')) {
    const name = word.split('=', 1)[0] ?? word;
    return known.find(({ longs }) => longs.includes(name));
  }
  let found: OptionEntry | undefined;
  for (const letter of word.slice(1)) {
    found = known.find(({ short }) => short === letter);
    if (found?.placeholder !== undefined) return found;
  }
  return found;
}

/** Whether a letter's value is in the same word: `-p3`. */
const isAttached = (word: string): boolean => !word.startsWith('--') && word.length > 2;

const valueIn = (word: string): string => (word.startsWith('--') ? word.slice(word.indexOf('=') + 1) : word.slice(2));

function optionCandidates(known: readonly OptionEntry[]): readonly Candidate[] {
  const options = known
    .filter(({ spec }) => spec.hidden !== true)
    .map(({ longs, spec }) => ({ word: longs[0], text: spec.text }));
  return [...options, { word: '--help', text: 'help' }];
}

function argumentAt(spec: AnyCommand, position: number): ArgumentSpec<unknown> | undefined {
  const args = Object.values(spec.args) as ArgumentSpec<unknown>[];
  const last = args.at(-1);
  return args[position] ?? (last?.kind === 'many' ? last : undefined);
}
