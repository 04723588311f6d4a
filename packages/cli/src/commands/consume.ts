/** `flv consume` */
import { admin } from '@fluvio-ts/admin';
import type { Client, ConsumerOptions } from '@fluvio-ts/client';
import { codecs } from '@fluvio-ts/compression';
import { cliError } from '../errors/errors.ts';
import { recordWriter } from '../records/formats.ts';
import { readRecords } from '../records/reader.ts';
import { retryWatch } from '../records/retry-watch.ts';
import { smartModulesOf } from '../records/smartmodules.ts';
import { describeStart, startOf } from '../records/start.ts';
import type { Cli } from '../session/cli.ts';
import { connectTo } from '../session/connect.ts';
import type { Consume } from '../spec/records.ts';

/** How long interrupted reading is tried again where it is to end by itself; what follows a topic waits for ever. */
const PATIENCE_MS = 60_000;

/** How often a named consumer stores how far it is. */
const COMMIT_MS = 2_000;

type Options = Consume['options'];

export async function run({ args, options }: Consume, cli: Cli): Promise<void> {
  const { topic } = args;
  const { signal, talk, out, globals } = cli;
  const start = startOf(options);
  const write = recordWriter({
    format: options.output ?? (globals.json ? 'ndjson' : 'dynamic'),
    template: options.format,
    keys: options.keyValue,
    suppressUnknown: options.suppressUnknown,
    delimiter: options.delimiter,
    width: options.truncate && out.isTTY ? out.columns : undefined,
  });
  const smartModules = await smartModulesOf(options);
  announce(topic, options, cli);
  const client = await connectTo(cli, undefined, codecs());
  try {
    const watch = retryWatch(talk, globals.timeout ?? (options.disableContinuous ? PATIENCE_MS : undefined));
    let records = 0;
    await readRecords({
      client,
      topic,
      consumer: {
        ...consumerOptions(options),
        start,
        smartModules,
        onRetry: watch.onRetry,
        onGap: watch.onGap,
        onSkip: ({ error }) => talk.warn(reasonOf(error)),
        onCommitError: (error) => talk.warn(reasonOf(error)),
      },
      partitions: await partitionsOf(client, topic, options, signal),
      end: options.end,
      count: options.count ?? Number.POSITIVE_INFINITY,
      write,
      out,
      signal: AbortSignal.any([signal, out.gone, watch.given]),
      onBatch(partition, more) {
        watch.arrived(partition);
        records += more;
        // On one terminal the records themselves show it.
        if (!out.isTTY && !options.disableProgressbar) talk.progress(`${records.toLocaleString('en-US')} records`);
      },
    });
    talk.clear();
    if (watch.given.aborted && !out.gone.aborted) throw watch.given.reason;
  } finally {
    await client.close({ timeoutMs: 1_000 });
  }
}

/** Says on a terminal what is being waited for, before anything else: "is it hanging?" */
function announce(topic: string, options: Options, { talk }: Cli): void {
  if (!talk.isTTY) return;
  talk.note(talk.paint('bold', describeStart(topic, options)));
  if (options.head !== undefined) {
    talk.note(
      talk.paint('dim', `-H ${options.head} leaves out the first ${options.head}; -n ${options.head} stops after them`),
    );
  }
}

function consumerOptions(options: Options): ConsumerOptions {
  const { maxbytes, isolation, disableContinuous, until, partition, consumer, start, skipFailures } = options;
  return {
    ...(partition.length > 0 && { partitions: [...new Set(partition)] }),
    ...(maxbytes !== undefined && { maxBytes: maxbytes }),
    ...(isolation !== undefined && { isolation }),
    ...((disableContinuous || until !== undefined) && {
      until: { end: disableContinuous, ...(until !== undefined && { time: until }) },
    }),
    ...(consumer !== undefined && { consumerId: consumer, commitIntervalMs: COMMIT_MS, resume: start === undefined }),
    ...(skipFailures && { onSmartModuleFailure: 'skip' }),
  };
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** With `--end` every partition ends on its own, so each has a consumer; else one consumer has all. */
async function partitionsOf(
  client: Client,
  topic: string,
  { end, partition }: Options,
  signal: AbortSignal,
): Promise<readonly number[] | undefined> {
  if (end === undefined) return undefined;
  if (partition.length > 0) return [...new Set(partition)];
  const found = await admin(client).topics.get(topic, { signal });
  if (found === undefined) throw cliError('topic/not-found', { topic, endpoint: client.endpoint });
  return [...found.status.replicaMap.keys()];
}
