/**
 * Deduplication of topics: a filter that stands in front of a partition, and knows what it has.
 *
 * The filter is a chain that lives as long as this SPU leads the partition in one reign: it begins by looking back on the
 * log. It runs again from the log whenever it has seen something that was not stored in the end, and it is put away while
 * nothing is produced.
 */
import type { Deduplication } from '@fluvio-ts/protocol';
import type { SmartModuleChain } from '@fluvio-ts/smartmodule';
import { deduplicationInvocation } from '@fluvio-ts/smartmodule';
import { lookBackOn } from './look-back.ts';
import type { Replica } from './replica.ts';
import type { SmartModules } from './smartmodules.ts';
import { codeOf } from './smartmodules.ts';
import type { Transformed } from './transform-entry.ts';
import { transformed } from './transform-entry.ts';
import type { Turns } from './turns.ts';
import { takeTurns } from './turns.ts';

/** Drops what a partition has already. */
export interface Deduplicator {
  /**
   * Filters batches and hands what is new to `store`, which says whether it was stored; one call at a time for each
   * partition. Partitions without deduplication are not to come here.
   */
  filter<T>(
    replica: Replica,
    records: Uint8Array,
    store: (transformed: Transformed) => { readonly result: T; readonly stored: boolean },
  ): Promise<T>;
}

/** The filter of one partition. */
interface Line {
  readonly turns: Turns;
  running: { readonly chain: SmartModuleChain; readonly epoch: number | undefined } | undefined;
  idle: NodeJS.Timeout | undefined;
}

/** What filters are told, as no client is there whose version it could be. */
const MODULE_API_VERSION = 25;
/** A filter that is not needed for so long gives its thread back. */
const IDLE_MS = 60_000;

/** Makes a deduplicator; it starts no filter before something is produced. */
export function createDeduplicator(smartModules: SmartModules): Deduplicator {
  const lines = new WeakMap<Replica, Line>();

  const lineOf = (replica: Replica): Line => {
    let line = lines.get(replica);
    if (line === undefined) {
      line = { turns: takeTurns(), running: undefined, idle: undefined };
      lines.set(replica, line);
    }
    return line;
  };

  const drop = async (line: Line): Promise<void> => {
    const { running } = line;
    line.running = undefined;
    await running?.chain.close();
  };

  const chainFor = async (line: Line, replica: Replica, setting: Deduplication): Promise<SmartModuleChain> => {
    const epoch = replica.leadership?.epoch;
    if (line.running !== undefined && line.running.epoch === epoch) return line.running.chain;
    await drop(line);
    const chain = await smartModules.start([deduplicationInvocation(setting)], { version: MODULE_API_VERSION });
    try {
      // What is not committed yet is going to be: a leader never cuts off its own log.
      await lookBackOn(chain, replica, replica.endOffset);
    } catch (error) {
      await chain.close();
      throw error;
    }
    line.running = { chain, epoch };
    return chain;
  };

  return {
    filter(replica, records, store) {
      const { deduplication } = replica.spec;
      if (deduplication === undefined) return Promise.resolve(store({ records }).result);
      const line = lineOf(replica);
      return line.turns.take(async () => {
        clearTimeout(line.idle);
        let outcome: Transformed;
        try {
          outcome = await transformed(await chainFor(line, replica, deduplication), records);
        } catch (error) {
          outcome = { refused: codeOf(error, 'produce') };
        }
        const { result, stored } = store(outcome);
        if (!stored) await drop(line);
        line.idle = setTimeout(() => void line.turns.take(() => drop(line)), IDLE_MS);
        line.idle.unref();
        return result;
      });
    },
  };
}
