/** `flv smartmodule …` */

import { integer } from '../values/integer.ts';
import { nameAndValue } from '../values/words.ts';
import { command, flag, group, type Input, many, optional, required, text, value, values } from './command.ts';

const createArgs = {
  name: required('name of the SmartModule'),
  file: optional('the .wasm file, or gzip of one', { completes: 'file' }),
} as const;
const createOptions = {
  wasmFile: value('--wasm-file <file>', 'the same', text, { completes: 'file' }),
  package: value('--package <file>', 'its SmartModule.toml: stores it as that version of that package', text, {
    completes: 'file',
  }),
} as const;
export type SmartModuleCreate = Input<typeof createArgs, typeof createOptions>;

const listOptions = { filter: value('--filter <text>', 'only those whose name contains this', text) } as const;
export type SmartModuleList = Input<Record<never, never>, typeof listOptions>;
export type SmartModuleWatch = Input<Record<never, never>, Record<never, never>>;

const describeArgs = { name: required('name or key of the SmartModule', { completes: 'smartmodule' }) } as const;
export type SmartModuleDescribe = Input<typeof describeArgs, Record<never, never>>;

const deleteArgs = { names: many('names or keys of the SmartModules', { completes: 'smartmodule' }) } as const;
const deleteOptions = {
  continueOnError: flag('-c, --continue-on-error', 'go on with the others when one cannot be deleted'),
} as const;
export type SmartModuleDelete = Input<typeof deleteArgs, typeof deleteOptions>;

const testArgs = { file: optional('the .wasm file, or gzip of one', { completes: 'file' }) } as const;
const testOptions = {
  wasmFile: value('--wasm-file <file>', 'the same', text, { completes: 'file' }),
  text: values('--text <text>', 'a record; may be repeated (default: the lines of standard input)', text),
  key: value('--key <key>', 'the key of all records', text),
  params: values('-e, --params <key=value>', 'a parameter; may be repeated', nameAndValue),
  aggregateInitial: value('--aggregate-initial <text>', 'what an aggregate starts from', text, {
    aliases: ['--a-init'],
  }),
  record: values('-r, --record <text>', 'a record of the past, to look back on; may be repeated', text),
  lookbackLast: value('-l, --lookback-last <n>', 'look back on so many of them (default all)', integer(1)),
  verbose: flag('-v, --verbose', 'print offset and key in front of each value'),
} as const;
export type SmartModuleTest = Input<typeof testArgs, typeof testOptions>;

export const smartmodule = group({
  name: 'smartmodule',
  aliases: ['sm', 'smart-module'],
  summary: 'store, list, test and delete SmartModules',
  commands: [
    command({
      name: 'create',
      summary: 'store a SmartModule, or replace it',
      examples: [
        ['flv smartmodule create contains contains.wasm', 'then: flv consume orders --smartmodule contains'],
        ['flv smartmodule create contains contains.wasm --package SmartModule.toml', 'one version of many'],
      ],
      args: createArgs,
      options: createOptions,
      load: () => import('../commands/smartmodule-create.ts'),
    }),
    command({
      name: 'list',
      aliases: ['ls'],
      summary: 'list SmartModules',
      examples: [['flv smartmodule list', 'a table']],
      args: {},
      options: listOptions,
      load: () => import('../commands/smartmodule-list.ts'),
    }),
    command({
      name: 'describe',
      summary: 'show one SmartModule, its package and its parameters',
      examples: [['flv smartmodule describe contains', 'what its author says']],
      args: describeArgs,
      options: {},
      load: () => import('../commands/smartmodule-describe.ts'),
    }),
    command({
      name: 'watch',
      summary: 'print what changes, until it is stopped',
      examples: [['flv smartmodule watch', 'one line for each change']],
      args: {},
      options: {},
      load: () => import('../commands/smartmodule-watch.ts'),
    }),
    command({
      name: 'delete',
      aliases: ['rm'],
      summary: 'delete SmartModules',
      examples: [['flv smartmodule delete contains', 'streams that run it go on']],
      args: deleteArgs,
      options: deleteOptions,
      load: () => import('../commands/smartmodule-delete.ts'),
    }),
    command({
      name: 'test',
      summary: 'run a .wasm file on this machine, without a cluster',
      details:
        'Prints what comes out. What the module refuses is an error with its record. It runs in a thread of its own, so that one that never returns is stopped after 5 seconds.',
      examples: [
        ['flv smartmodule test contains.wasm -e needle=fluvio --text fluvio --text bye', 'two records'],
        ['seq 5 | flv smartmodule test sum.wasm --aggregate-initial 0', 'the lines of standard input'],
      ],
      args: testArgs,
      options: testOptions,
      local: true,
      load: () => import('../commands/smartmodule-test.ts'),
    }),
  ],
});
