/** The options that name SmartModules, which `flv produce` and `flv consume` share. */
import { duration } from '../values/duration.ts';
import { integer } from '../values/integer.ts';
import { nameValue } from '../values/name-value.ts';
import { type OptionValues, text, value, values } from './command.ts';

export const smartModuleOptions = {
  smartmodule: value('--smartmodule <name>', 'have the cluster run a SmartModule that it stores', text, {
    aliases: ['--sm'],
    conflicts: ['smartmodulePath', 'transforms', 'transformsLine'],
    completes: 'smartmodule',
  }),
  smartmodulePath: value('--smartmodule-path <file>', 'send a .wasm file along, and have the cluster run it', text, {
    aliases: ['--sm_path'],
    conflicts: ['smartmodule', 'transforms', 'transformsLine'],
    completes: 'file',
  }),
  params: values('-e, --params <key=value>', 'a parameter of the SmartModule; may be repeated', nameValue),
  aggregateInitial: value('--aggregate-initial <text>', 'what an aggregate starts from', text, {
    aliases: ['--a-init'],
  }),
  lookbackLast: value(
    '--lookback-last <n>',
    'show the SmartModule the last n records of the partition before it starts',
    integer(1),
  ),
  lookbackAge: value('--lookback-age <duration>', 'show it no record that is older', duration),
  transforms: value(
    '-t, --transforms <file>',
    'a chain of SmartModules, as YAML: transforms: [{uses, with, lookback}]',
    text,
    { aliases: ['--transforms-file'], conflicts: ['transformsLine'], completes: 'file' },
  ),
  transformsLine: values('--transforms-line <json>', 'one SmartModule of a chain, as JSON; may be repeated', text, {
    aliases: ['--transform'],
  }),
} as const;
export type SmartModuleOptions = OptionValues<typeof smartModuleOptions>;
