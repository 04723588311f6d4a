/** `flv produce` */
import type { Producer, ProducerOptions, SmartModuleUse } from '@fluvio-ts/client';
import { codecs } from '@fluvio-ts/compression';
import { cliError } from '../errors/errors.ts';
import { unreadable } from '../errors/unreadable.ts';
import { formatOf, isForPrograms, printValue } from '../output/print.ts';
import { type Echo, echo } from '../records/echo.ts';
import { type Source, sourcesOf } from '../records/input.ts';
import { produceProgress, summaryOf } from '../records/produce-progress.ts';
import { type Item, recordsOf } from '../records/reading.ts';
import { type Sending, sending, type Tally } from '../records/sending.ts';
import { smartModulesOf } from '../records/smartmodules.ts';
import type { Cli } from '../session/cli.ts';
import { connectTo } from '../session/connect.ts';
import type { Produce } from '../spec/records.ts';

/** Enough to keep every connection busy. More only makes work for the garbage collector: a record under way is many objects. */
const UNDER_WAY_BYTES = 4_194_304;
/** Less than the two seconds between Ctrl-C and the end, so that there is time for the summary. */
const HURRIED_CLOSE_MS = 1_800;
/** Lines that cannot be sent are told one by one up to here, and counted at the end. */
const MOST_WARNINGS = 10;

export async function run({ args, options }: Produce, cli: Cli): Promise<void> {
  const { topic } = args;
  const sources = await sourcesOf(options.file);
  const smartModules = await smartModulesOf(options);
  const client = await connectTo(cli, undefined, codecs());
  try {
    const bufferBytes = 2 * Math.max(UNDER_WAY_BYTES, options.maxRequestSize);
    const producer = await client.producer(topic, producerOptions(options, smartModules, cli, bufferBytes));
    const records = sending(producer, UNDER_WAY_BYTES);
    const began = performance.now();
    const transformed = smartModules.length > 0;
    await sendAll(sources, { options, cli, producer, records, transformed });
    await tell({ topic, tally: records, elapsedMs: performance.now() - began, transformed }, options.verbose, cli);
  } finally {
    await client.close({ timeoutMs: HURRIED_CLOSE_MS });
  }
}

function producerOptions(
  options: Produce['options'],
  smartModules: readonly SmartModuleUse[],
  { globals }: Cli,
  bufferBytes: number,
): ProducerOptions {
  const { batchSize, compression, deliverySemantic, isolation, linger, maxRequestSize, mirror } = options;
  return {
    lingerMs: linger,
    maxRequestBytes: maxRequestSize,
    bufferBytes,
    ...(batchSize !== undefined && { batchBytes: batchSize }),
    smartModules,
    ...(isolation !== undefined && { isolation }),
    ...(compression !== undefined && { compression }),
    ...(deliverySemantic !== undefined && { delivery: deliverySemantic }),
    ...(mirror !== undefined && { mirror }),
    ...(globals.timeout !== undefined && { deliveryTimeoutMs: Math.max(1, globals.timeout) }),
  };
}

interface Job {
  readonly options: Produce['options'];
  readonly cli: Cli;
  readonly producer: Producer;
  readonly records: Sending;
  /** Whether SmartModules decide what is stored. */
  readonly transformed: boolean;
}

/** Sends every record, and resolves when all of them are acknowledged or refused. */
async function sendAll(sources: readonly Source[], job: Job): Promise<void> {
  const { cli, producer, records } = job;
  const progress = produceProgress(cli.talk, sources, records);
  const stop = AbortSignal.any([cli.signal, cli.out.gone, records.hopeless]);
  try {
    for (const source of sources) {
      if (!stop.aborted) await sendSource(source, job, stop, progress.read);
    }
    // Without a deadline: what is accepted is delivered or refused within its own.
    if (!stop.aborted) await producer.flush({ signal: stop });
  } catch (error) {
    if (!stop.aborted) throw error;
  } finally {
    await producer.close(stop.aborted ? { timeoutMs: HURRIED_CLOSE_MS } : {});
    await records.settled();
    progress.end();
  }
}

async function sendSource(source: Source, job: Job, stop: AbortSignal, onRead: (bytes: number) => void): Promise<void> {
  const { options, cli, records, transformed } = job;
  const interactive = source.isTTY && !cli.globals.json;
  const shown = options.verbose || interactive ? echo(cli, { interactive, transformed }) : undefined;
  const shape = { ...options, limitBytes: options.maxRequestSize };
  shown?.prompt();
  try {
    for await (const items of recordsOf(source, shape, stop, onRead)) {
      for (const item of items) await sendItem(item, job, shown);
      await records.room();
      if (stop.aborted) return;
      shown?.prompt();
    }
  } catch (error) {
    throw unreadable(source.name, error);
  } finally {
    shown?.end();
  }
}

/** Hands one record over; waits for it only where somebody sits in front of it. */
function sendItem(item: Item, { cli, records }: Job, shown: Echo | undefined): Promise<void> | undefined {
  if ('error' in item) {
    records.reject(item.error);
    if (records.failed <= MOST_WARNINGS) cli.talk.warn(item.error.message);
    return undefined;
  }
  const { record } = item;
  const sent = records.send(record);
  if (shown === undefined) return undefined;
  const told = sent.then((result) => shown.acknowledged(record, result, records.first));
  return shown.waits ? told : undefined;
}

interface Outcome extends Pick<Job, 'transformed'> {
  readonly topic: string;
  readonly tally: Tally;
  readonly elapsedMs: number;
}

/** The summary, or the failure. */
async function tell({ topic, tally, elapsedMs, transformed }: Outcome, verbose: boolean, cli: Cli): Promise<void> {
  const { acknowledged, failed, bytes, first } = tally;
  if (failed > 0) {
    const reason = first instanceof Error ? first.message : String(first);
    if (acknowledged > 0) cli.talk.note(summaryOf(tally, elapsedMs, transformed));
    throw cliError('produce/incomplete', { topic, acknowledged, failed, reason }, first);
  }
  const format = formatOf(cli);
  const took = Math.round(elapsedMs);
  const summary = { topic, acknowledged, failed, bytes, elapsedMs: took, ...(transformed && { transformed }) };
  if (!isForPrograms(format)) cli.talk.note(summaryOf(tally, elapsedMs, transformed));
  // The last line of a stream of JSON, or the one value.
  else if (verbose && format === 'json') await cli.out.line(JSON.stringify(summary));
  else await printValue(cli, summary, format);
}
