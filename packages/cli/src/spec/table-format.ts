/** `flv table-format …` */
import { command, flag, group, type Input, many, text, value } from './command.ts';

const createOptions = {
  config: value('-c, --config <file>', 'the table format, as YAML: name, columns: [{keyPath, headerLabel}]', text, {
    completes: 'file',
  }),
} as const;
export type TableFormatCreate = Input<Record<never, never>, typeof createOptions>;

export type TableFormatList = Input<Record<never, never>, Record<never, never>>;

const deleteArgs = { names: many('names of the table formats') } as const;
const deleteOptions = {
  continueOnError: flag('--continue-on-error', 'go on with the others when one cannot be deleted'),
} as const;
export type TableFormatDelete = Input<typeof deleteArgs, typeof deleteOptions>;

export const tableFormat = group({
  name: 'table-format',
  aliases: ['tf', 'tableformat'],
  summary: 'store, list and delete table formats: how records are shown as rows',
  commands: [
    command({
      name: 'create',
      summary: 'store a table format',
      examples: [['flv table-format create --config people.yaml', 'its name stands in the file']],
      args: {},
      options: createOptions,
      load: () => import('../commands/table-format-create.ts'),
    }),
    command({
      name: 'list',
      aliases: ['ls'],
      summary: 'list table formats',
      examples: [['flv table-format list', 'a table']],
      args: {},
      options: {},
      load: () => import('../commands/table-format-list.ts'),
    }),
    command({
      name: 'delete',
      aliases: ['rm'],
      summary: 'delete table formats',
      examples: [['flv table-format delete people', 'one of them']],
      args: deleteArgs,
      options: deleteOptions,
      load: () => import('../commands/table-format-delete.ts'),
    }),
  ],
});
