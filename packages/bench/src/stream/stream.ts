/** The streaming benchmark: our client and the native one on the embedded cluster, beside the raw loopback of the same run. */
import { tcp } from '@fluvio-ts/adapter-tcp';
import { admin } from '@fluvio-ts/admin';
import { connect } from '@fluvio-ts/client';
import { startCluster } from '@fluvio-ts/cluster';
import type { BenchRow } from '../row.ts';
import { spread } from '../row.ts';
import type { Samples } from './job.ts';
import { findNative, NATIVE_LARGEST_BYTES } from './native.ts';
import { runJob as run, withRawPeer } from './run.ts';

/** Sizes of values, and how many records a round has: enough for a second or so. */
const SIZES = [
  { label: '100 B', sizeBytes: 100, records: 400_000, nativeConsumes: 20_000 },
  { label: '1 KB', sizeBytes: 1_024, records: 100_000, nativeConsumes: 20_000 },
  { label: '16 KB', sizeBytes: 16_384, records: 8_000, nativeConsumes: 4_000 },
] as const;
const SMALL_BYTES = 100;
const BATCH_BYTES = 65_536;

const percentile = (samples: Samples, share: number): number => {
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.floor(share * sorted.length)] ?? Number.NaN;
};

const times = (value: number, of: number): string => `${(value / of).toFixed(2)} x raw`;

/** Measures everything; `say` hears what is being measured. */
export const streamRows = (say: (text: string) => void): Promise<BenchRow[]> =>
  withRawPeer((port) => rowsBeside(port, say));

async function rowsBeside(port: number, say: (text: string) => void): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  await using cluster = await startCluster({ mode: 'processes', spus: 1 });
  await using client = await connect({ endpoint: cluster.endpoint, transport: tcp() });
  const { endpoint } = cluster;
  const native = findNative();
  const clients = native === undefined ? (['ours'] as const) : (['ours', 'native'] as const);

  const add = (name: string, unit: string, samples: Samples, note?: string): number => {
    const row = { case: name, unit, ...spread(samples), ...(note === undefined ? {} : { note }) };
    rows.push(row);
    return row.median;
  };

  say('raw loopback');
  const up = add(
    'raw loopback, upload in 64 KiB writes',
    'MB/s',
    await run({ do: 'raw upload', port, writeBytes: BATCH_BYTES }),
  );
  const down = add('raw loopback, download in 1 MiB writes', 'MB/s', await run({ do: 'raw download', port }));
  const trips = await run({ do: 'raw round trip', port, sizeBytes: SMALL_BYTES });
  const trip = add('raw round trip of 100 B', 'us', trips, `p99 ${percentile(trips, 0.99).toFixed(0)} us`);

  for (const { label, sizeBytes, records, nativeConsumes } of SIZES) {
    for (const who of clients) {
      const size = who === 'native' ? Math.min(sizeBytes, NATIVE_LARGEST_BYTES) : sizeBytes;
      const topic = `bench-${who}-${sizeBytes}`;
      await admin(client).topics.create(topic);
      const rate = (samples: Samples, limit: number): string => {
        const megabytes = (spread(samples).median * size) / 1e6;
        return `${megabytes.toFixed(0)} MB/s, ${times(megabytes, limit)}`;
      };
      say(`produce ${label}, ${who}`);
      const produced = await run({ do: 'produce', client: who, endpoint, topic, sizeBytes: size, records });
      add(`produce ${label}, acked, ${who}`, 'records/s', produced, rate(produced, up));
      say(`consume ${label}, ${who}`);
      const wanted = who === 'native' ? nativeConsumes : records;
      const consumed = await run({ do: 'consume', client: who, endpoint, topic, sizeBytes: size, records: wanted });
      add(`consume ${label}, ${who}`, 'records/s', consumed, rate(consumed, down));
      await admin(client).topics.delete(topic);
    }
  }
  for (const who of clients) {
    say(`one awaited send at a time, ${who}`);
    const topic = `bench-send-${who}`;
    await admin(client).topics.create(topic);
    const sends = await run({ do: 'send', client: who, endpoint, topic, sizeBytes: SMALL_BYTES });
    const p99 = percentile(sends, 0.99);
    const note = `${times(percentile(sends, 0.5), trip)}; p99 ${p99.toFixed(0)} us, ${times(p99, percentile(trips, 0.99))}`;
    add(`send 100 B, awaited, ${who}`, 'us', sends, note);
  }
  return rows;
}
