/** The consumer's benchmark: our client on the embedded cluster, in every way of reading, each case in a process of its own. */
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
import type { ConsumeJob, Measured } from './job.ts';

/** 16 KB: 1,800 MB/s. */
const SIZES = [
  { label: '100 B', sizeBytes: 100, records: 1_000_000, atLeast: 2_000_000 },
  { label: '1 KB', sizeBytes: 1_024, records: 250_000, atLeast: 1_000_000 },
  { label: '16 KB', sizeBytes: 16_384, records: 16_000, atLeast: 109_863 },
] as const;
const CODECS = ['gzip', 'snappy', 'lz4', 'zstd'] as const;
const CODEC_RECORDS = 100_000;
const PARTITIONS = 64;
const PAUSED_BYTES = 1_000_000_000;

const WORKER = fileURLToPath(new URL('./worker.js', import.meta.url));

const run = async (job: ConsumeJob): Promise<Measured> => {
  const child = fork(WORKER, [JSON.stringify(job)], { execArgv: ['--expose-gc'] });
  const [measured] = await Promise.race([once(child, 'message'), once(child, 'exit')]);
  if (typeof measured !== 'object' || measured === null) throw new Error(`'${job.do}' ended without a result`);
  return measured as Measured;
};

/** Measures everything; `say` hears what is being measured. */
export async function consumeRows(say: (text: string) => void): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  await using cluster = await startCluster({ mode: 'processes', spus: 1 });
  await using client = await connect({ endpoint: cluster.endpoint, transport: tcp() });
  const { endpoint } = cluster;
  const { topics } = admin(client);
  const add = (name: string, unit: string, { samples, note }: Measured, target?: Target): void => {
    rows.push(row(name, unit, samples, target, note));
  };
  const filled = async (
    topic: string,
    what: { readonly sizeBytes: number; readonly records: number; readonly partitions?: number },
    codec: (typeof CODECS)[number] | 'none' = 'none',
  ): Promise<void> => {
    say(`filling ${topic}`);
    await topics.create(topic, { partitions: what.partitions ?? 1 });
    await run({ do: 'fill', endpoint, topic, sizeBytes: what.sizeBytes, records: what.records, codec });
  };

  for (const { label, sizeBytes, records, atLeast } of SIZES) {
    const topic = `plain-${sizeBytes}`;
    await filled(topic, { sizeBytes, records });
    for (const by of ['batch', 'record'] as const) {
      say(`consume ${label} by ${by}`);
      const measured = await run({ do: 'read', endpoint, topic, by, sizeBytes, records });
      add(`consume ${label} by ${by}`, 'records/s', measured, { atLeast });
      if (sizeBytes === 100)
        add(`CPU per record, 100 B by ${by}`, 'us', { samples: measured.cpu ?? [] }, { atMost: 0.5 });
    }
    if (sizeBytes === 100) {
      say('heap');
      add('heap per million records of 100 B', 'MB', await run({ do: 'heap', endpoint, topic, records }));
      say('first record');
      add('first record of a new consumer', 'ms', await run({ do: 'first', endpoint, topic, consumers: 50 }), {
        atMost: 15,
      });
    }
    await topics.delete(topic);
  }

  for (const codec of CODECS) {
    const topic = `coded-${codec}`;
    const size = { sizeBytes: 1_024, records: CODEC_RECORDS };
    await filled(topic, size, codec);
    say(`consume 1 KB, ${codec}`);
    add(
      `consume 1 KB by batch, ${codec}`,
      'records/s',
      await run({ do: 'read', endpoint, topic, by: 'batch', ...size }),
    );
    await topics.delete(topic);
  }

  const wide = { sizeBytes: 1_024, records: 256_000 };
  await filled('wide', { ...wide, partitions: PARTITIONS });
  say(`consume ${PARTITIONS} partitions`);
  const job = { do: 'read', endpoint, topic: 'wide', by: 'batch', ...wide } as const;
  add(`consume 1 KB by batch, ${PARTITIONS} partitions`, 'records/s', await run(job));
  await topics.delete('wide');

  await topics.create('steady');
  say('end to end');
  const steady = { do: 'latency', endpoint, topic: 'steady', perSecond: 1_000, records: 6_000 } as const;
  const { samples: waits } = await run(steady);
  const [p99 = 0, p999 = 0] = [0.99, 0.999].map((share) => percentile(waits, share));
  add('end to end at 1,000 records/s, 100 B, p50', 'ms', { samples: waits }, { atMost: 0.2 });
  add('end to end at 1,000 records/s, 100 B, p99', 'ms', { samples: [p99] }, { atMost: 0.6 });
  add('end to end at 1,000 records/s, 100 B, p99.9', 'ms', { samples: [p999] });
  await topics.delete('steady');

  await filled('large', { sizeBytes: 16_384, records: Math.ceil(PAUSED_BYTES / 16_384) });
  say('paused');
  add('paused consumer on a topic of 1 GB', 'MB', await run({ do: 'paused', endpoint, topic: 'large' }), {
    atMost: 16,
  });
  await topics.delete('large');
  return rows;
}
