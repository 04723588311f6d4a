/** `flv topic create` */
import { readFile } from 'node:fs/promises';
import { admin, toJson, topicSpec, topicSpecFromJson } from '@fluvio-ts/admin';
import { isFluvioError, type TopicSpec } from '@fluvio-ts/protocol';
import { cliError } from '../errors/errors.ts';
import { unreadable } from '../errors/unreadable.ts';
import { formatOf, isForPrograms, printValue } from '../output/print.ts';
import { UsageError } from '../parse/usage-error.ts';
import type { Cli } from '../session/cli.ts';
import { timeoutOf, withClient } from '../session/connect.ts';
import type { TopicCreate } from '../spec/topic.ts';

/** Longer than the 90 s that a controller may take to place the partitions. */
const CREATE_TIMEOUT_MS = 100_000;

/** A topic that takes longer lacks SPUs, most likely, and whoever waits should know. */
const PATIENCE_MS = 2_000;

export async function run({ args, options }: TopicCreate, cli: Cli): Promise<void> {
  const { name } = args;
  const { dryRun } = options;
  const spec = await specOf(options);
  const timeoutMs = timeoutOf(cli, CREATE_TIMEOUT_MS);
  const { signal } = cli;
  const waits = setTimeout(() => cli.talk.note(waiting(name, spec)), PATIENCE_MS);
  const topic = await withClient(cli, (client) =>
    admin(client).topics.create(name, spec, { dryRun, timeoutMs, signal }),
  ).finally(() => clearTimeout(waits));
  const format = formatOf(cli);
  if (isForPrograms(format)) return printValue(cli, { ...toJson(topic), ...(dryRun && { dryRun }) }, format);
  // The official command line says "created" for a dry run, too.
  const sentence = dryRun ? `topic "${name}" can be created (dry run)` : `topic "${name}" created`;
  if (!cli.globals.quiet) await cli.out.line(sentence);
}

function waiting(name: string, { replicas }: TopicSpec): string {
  const wanted = replicas.kind === 'computed' ? `; it needs ${replicas.replicationFactor} of them online` : '';
  return `waiting for SPUs to take the partitions of topic "${name}"${wanted} (flv cluster spu list shows them)`;
}

async function specOf(options: TopicCreate['options']): Promise<TopicSpec> {
  const { retentionTime, segmentSize, maxPartitionSize, dedup, dedupCount = 5, dedupAge = 5_000 } = options;
  if (dedup === undefined && (options.dedupCount ?? options.dedupAge) !== undefined) {
    throw new UsageError('--dedup-count and --dedup-age belong to --dedup');
  }
  const spec = topicSpec({
    partitions: options.partitions,
    replicationFactor: options.replication,
    ignoreRackAssignment: options.ignoreRackAssignment,
    compression: options.compressionType,
    system: options.system,
    ...(retentionTime !== undefined && { retentionMs: retentionTime * 1000 }),
    ...(segmentSize !== undefined && { segmentBytes: segmentSize }),
    ...(dedup !== undefined && { deduplication: { filter: dedup, count: dedupCount, ageMs: dedupAge } }),
    ...(maxPartitionSize !== undefined && { maxPartitionBytes: maxPartitionSize }),
  });
  const file = options.replicaAssignment;
  return file === undefined ? spec : { ...spec, replicas: (await assignmentOf(file)).replicas };
}

/** Reads `[{"id":0,"replicas":[5001,5002]}]`. */
async function assignmentOf(path: string): Promise<TopicSpec> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw unreadable(path, error);
  }
  try {
    return topicSpecFromJson({ replicas: { assigned: JSON.parse(text) } });
  } catch (error) {
    if (!(error instanceof SyntaxError) && !isFluvioError(error)) throw error;
    throw cliError('input/invalid', { path, reason: error.message.replace('replicas.assigned', '') }, error);
  }
}
