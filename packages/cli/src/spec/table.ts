/** Every command of this program. */
import { completions, version } from './about.ts';
import { cluster } from './cluster.ts';
import { group } from './command.ts';
import { consumer } from './consumer.ts';
import { gateway } from './gateway.ts';
import { partition } from './partition.ts';
import { profile } from './profile.ts';
import { consume, produce } from './records.ts';
import { smartmodule } from './smartmodule.ts';
import { tableFormat } from './table-format.ts';
import { topic } from './topic.ts';
import { wire } from './wire.ts';

export const root = group({
  name: 'flv',
  summary: 'Fluvio from the command line: produce, consume, administer.',
  commands: [
    produce,
    consume,
    topic,
    partition,
    consumer,
    smartmodule,
    tableFormat,
    cluster,
    profile,
    gateway,
    wire,
    version,
    completions,
  ],
});
