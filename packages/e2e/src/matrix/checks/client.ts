/** `@fluvio-ts/node`: a client of a real cluster over sockets. */
import { admin, connect } from '@fluvio-ts/node';
import { json } from '@fluvio-ts/serde';
import type { Check } from '../check.ts';
import { equal, throws } from '../check.ts';

/** The checks against the cluster at `endpoint`, whose topics of this name are the caller's alone. */
export const clientChecks = (endpoint: string, topic: string): readonly Check[] => [
  {
    name: 'a client creates a topic, produces with every codec, and reads it all back, typed',
    run: async () => {
      await using client = await connect({ endpoint, env: {} });
      await admin(client).topics.create(topic, { partitions: 2 });
      const value = json<{ n: number }>();
      const sent: number[] = [];
      for (const compression of ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const) {
        await using producer = await client.producer(topic, { value, compression });
        const records = Array.from({ length: 50 }, () => ({ key: `${sent.length}`, value: { n: sent.push(0) } }));
        equal((await producer.sendAll(records)).length, 50);
      }
      const seen: number[] = [];
      for await (const record of client.consumer(topic, { start: 'beginning', until: 'end', value })) {
        seen.push(record.value.n);
      }
      equal(
        seen.sort((a, b) => a - b),
        sent.map((_, i) => i + 1),
      );
      equal(client.health().status, 'ready');
    },
  },
  {
    name: 'a consumer that is left, a client that is closed twice, and a cluster that is not there',
    run: async () => {
      const client = await connect({ endpoint, env: {} });
      for await (const record of client.consumer(topic, { start: 'beginning' })) {
        equal(record.topic, topic);
        break;
      }
      await Promise.all([client.close(), client.close()]);
      equal(client.health().status, 'closed');
      await throws('connect/failed', () => connect({ endpoint: '127.0.0.1:1', env: {}, connectTimeoutMs: 2_000 }));
    },
  },
];
