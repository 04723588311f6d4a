/** The options that name SmartModules, the same for every command that has records transformed. */
import { duration } from '../values/duration.ts';
import { integer } from '../values/integer.ts';
import { nameAndValue } from '../values/words.ts';
import type { OptionValues } from './command.ts';
import { text, value, values } from './command.ts';

const others = (...names: readonly string[]): { readonly conflicts: readonly string[] } => ({ conflicts: names });

export const smartModuleOptions = {
  smartmodule: value('--smartmodule <name>', 'SmartModule of the cluster that the SPU runs on the records', text, {
    aliases: ['--sm'],
    completes: 'smartmodule',
    ...others('smartmodulePath', 'transforms', 'transformsLine'),
  }),
  smartmodulePath: value('--smartmodule-path <file>', 'SmartModule in a .wasm file, sent along', text, {
    aliases: ['--sm_path'],
    completes: 'file',
    ...others('smartmodule', 'transforms', 'transformsLine'),
  }),
  aggregateInitial: value('--aggregate-initial <text>', 'what an aggregate starts from', text, {
    aliases: ['--a-init'],
    ...others('transforms', 'transformsLine'),
  }),
  params: values('-e, --params <name=value>', 'parameter of the SmartModule; may be repeated', nameAndValue, {
    ...others('transforms', 'transformsLine'),
  }),
  lookbackLast: value(
    '--lookback-last <n>',
    'show the SmartModule the last n records of the partition before it starts',
    integer(1),
    { ...others('transforms', 'transformsLine') },
  ),
  lookbackAge: value('--lookback-age <duration>', 'show it no record that is older', duration, {
    ...others('transforms', 'transformsLine'),
  }),
  transforms: value('-t, --transforms <file>', 'chain of SmartModules in a YAML file', text, {
    aliases: ['--transforms-file'],
    completes: 'file',
    ...others('smartmodule', 'smartmodulePath', 'transformsLine'),
  }),
  transformsLine: values('--transforms-line <json>', 'one step of a chain as JSON; may be repeated', text, {
    aliases: ['--transform'],
    ...others('smartmodule', 'smartmodulePath', 'transforms'),
  }),
} as const;

/** What a command receives for them. */
export type SmartModuleValues = OptionValues<typeof smartModuleOptions>;
