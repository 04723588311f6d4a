/** The producer's benchmark: our client on the embedded cluster, in every way of sending, each case in a process of its own. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { tcp } from '@fluvio-ts/adapter-tcp';
import { admin } from '@fluvio-ts/admin';
import { connect } from '@fluvio-ts/client';
import { startCluster } from '@fluvio-ts/cluster';
import type { Target } from '../cluster/target.ts';
import { percentile, row } from '../cluster/target.ts';
import type { BenchRow } from '../row.ts';
import { spread } from '../row.ts';
import { runJob, withRawPeer } from '../stream/run.ts';
import type { Measured, ProduceJob } from './job.ts';

/** Sizes of values, how many records a round has, and what is aimed at. */
const SIZES = [
  { label: '100 B', sizeBytes: 100, records: 400_000, atLeast: 1_200_000, cpuAtMost: 0.8 },
  { label: '1 KB', sizeBytes: 1_024, records: 100_000, atLeast: 450_000 },
  { label: '16 KB', sizeBytes: 16_384, records: 8_000, atLeast: Math.round(700e6 / 16_384) },
] as const;
const WAYS = ['send', 'enqueue', 'sendAll'] as const;
const CODECS = ['gzip', 'snappy', 'lz4', 'zstd'] as const;
const CODEC_RECORDS = 20_000;
const PARTITIONS = 64;
const SMALL_BYTES = 100;
/** Of the raw round trip, and in microseconds. */
const TRIP_TIMES = 1.5;
const TRIP_P99_US = 300;

const WORKER = fileURLToPath(new URL('./worker.js', import.meta.url));

const run = async (job: ProduceJob): Promise<Measured> => {
  const child = fork(WORKER, [JSON.stringify(job)], { execArgv: ['--expose-gc'] });
  const [measured] = await Promise.race([once(child, 'message'), once(child, 'exit')]);
  if (typeof measured !== 'object' || measured === null) throw new Error(`'${job.do}' ended without a result`);
  return measured as Measured;
};

/** Measures everything, or the cases that have all `words` in their names; `say` hears what is being measured. */
export async function produceRows(say: (text: string) => void, words: readonly string[] = []): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  await using cluster = await startCluster({ mode: 'processes', spus: 1 });
  await using client = await connect({ endpoint: cluster.endpoint, transport: tcp() });
  const { endpoint } = cluster;
  const { topics } = admin(client);

  /** Does a case on a topic of its own. */
  const wanted = async (name: string, measure: (topic: string) => Promise<void>, partitions = 1): Promise<void> => {
    if (!words.every((word) => name.includes(word))) return;
    say(name);
    const topic = `bench-${name.toLowerCase().replace(/[^a-z0-9]+/g, '-')}`;
    await topics.create(topic, { partitions });
    await measure(topic);
    await topics.delete(topic);
  };

  const addRate = (
    name: string,
    sizeBytes: number,
    { samples, cpuUs = [] }: Measured,
    target?: Target,
    cpuAtMost?: number,
  ): void => {
    const megabytes = (spread(samples).median * sizeBytes) / 1e6;
    const cpu = spread(cpuUs).median;
    const bound =
      cpuAtMost === undefined ? '' : ` (target at most ${cpuAtMost}: ${cpu <= cpuAtMost ? 'met' : 'MISSED'})`;
    const note = `${megabytes.toFixed(0)} MB/s, ${cpu.toFixed(2)} us of CPU per record${bound}`;
    rows.push(row(name, 'records/s', samples, target, note));
  };

  for (const { label, sizeBytes, records, atLeast, ...size } of SIZES) {
    for (const by of WAYS) {
      const name = `produce ${label}, ${by}`;
      await wanted(name, async (topic) => {
        const measured = await run({ do: 'rate', endpoint, topic, by, sizeBytes, records });
        addRate(name, sizeBytes, measured, { atLeast }, 'cpuAtMost' in size ? size.cpuAtMost : undefined);
      });
    }
  }

  for (const codec of CODECS) {
    const name = `produce 1 KB, send, ${codec}`;
    const size = { sizeBytes: 1_024, records: CODEC_RECORDS };
    await wanted(name, async (topic) => {
      addRate(name, size.sizeBytes, await run({ do: 'rate', endpoint, topic, by: 'send', codec, ...size }));
    });
  }

  const wide = `produce 1 KB, send, ${PARTITIONS} partitions`;
  await wanted(
    wide,
    async (topic) => {
      const size = { sizeBytes: 1_024, records: 100_000 };
      addRate(wide, size.sizeBytes, await run({ do: 'rate', endpoint, topic, by: 'send', ...size }));
    },
    PARTITIONS,
  );

  await wanted('heap per million records of 100 B', async (topic) => {
    const { samples, peak = 0 } = await run({ do: 'heap', endpoint, topic, records: 1_000_000 });
    const note = `${peak.toFixed(0)} MB at most, garbage included`;
    rows.push(row('heap per million records of 100 B', 'MB', samples, undefined, note));
  });

  await wanted('one awaited send of 100 B', async (topic) => {
    const raw = await withRawPeer((port) => runJob({ do: 'raw round trip', port, sizeBytes: SMALL_BYTES }));
    const { samples } = await run({ do: 'trip', endpoint, topic, sizeBytes: SMALL_BYTES });
    const note = (of: readonly number[]): string => `p99 ${percentile(of, 0.99).toFixed(0)} us`;
    const rawTrip = percentile(raw, 0.5);
    rows.push(row('raw round trip of 100 B', 'us', raw, undefined, note(raw)));
    const atMost = Math.round(TRIP_TIMES * rawTrip);
    const times = `${(percentile(samples, 0.5) / rawTrip).toFixed(2)} x raw`;
    const late = percentile(samples, 0.99) <= TRIP_P99_US ? 'met' : 'MISSED';
    const notes = `${times}; ${note(samples)} (target at most ${TRIP_P99_US} us: ${late})`;
    rows.push(row('one awaited send of 100 B', 'us', samples, { atMost }, notes));
  });
  return rows;
}
