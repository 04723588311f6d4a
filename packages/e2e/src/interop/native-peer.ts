/**
 * The native Rust client in a process of its own: it crashes when calls overlap, and a crash must not take the tests along.
 * Reads one job as JSON from its arguments, prints one JSON value, and ends.
 */
import { createRequire } from 'node:module';
import type { NativeJob, NativeRecord, NativeResult, NativeSmartModule } from './native-job.ts';

interface Item {
  readonly done: boolean;
  readonly value: { key(): ArrayBuffer; hasKey(): boolean; value(): ArrayBuffer };
}
interface Stream {
  next(): Promise<Item>;
}
interface Producer {
  send(key: string | Uint8Array, value: string | Uint8Array): Promise<void>;
  sendAll(records: (readonly [Uint8Array | string, Uint8Array | string])[]): Promise<void>;
  flush(): Promise<void>;
}
interface Admin {
  listTopic(): Promise<ArrayBuffer>;
  createTopic(name: string, spec: object): Promise<void>;
  deleteTopic(name: string): Promise<void>;
}
interface NativeOffset {
  readonly index: number;
  readonly from: 'beginning' | 'end';
}
interface Native {
  connect(endpoint?: string): Promise<{
    admin(): Promise<Admin>;
    topicProducer(topic: string): Promise<Producer>;
    partitionConsumer(
      topic: string,
      partition: number,
    ): Promise<{
      createStream(offset: NativeOffset): Promise<Stream>;
      streamWithConfig(offset: NativeOffset, config: NativeSmartModule): Promise<Stream>;
    }>;
  }>;
}

/** The binding aborts its process when it is given an empty array; an empty text it takes. */
const bytes = (base64: string): Uint8Array | string =>
  base64 === '' ? '' : new Uint8Array(Buffer.from(base64, 'base64'));
const base64 = (data: ArrayBuffer): string => Buffer.from(data).toString('base64');

async function work(native: Native, job: NativeJob): Promise<NativeResult> {
  const fluvio = await (job.endpoint === undefined ? native.connect() : native.connect(job.endpoint));
  switch (job.do) {
    case 'list': {
      const admin = await fluvio.admin();
      return { topics: JSON.parse(Buffer.from(await admin.listTopic()).toString()) };
    }
    case 'create': {
      const admin = await fluvio.admin();
      await admin.createTopic(job.topic, {
        partitions: job.partitions,
        replicationFactor: 1,
        ignoreRackAssignment: false,
      });
      return {};
    }
    case 'delete': {
      await (await fluvio.admin()).deleteTopic(job.topic);
      return {};
    }
    case 'produce': {
      const producer = await fluvio.topicProducer(job.topic);
      for (const [key, value] of job.records) await producer.send(bytes(key), bytes(value));
      await producer.flush();
      return {};
    }
    case 'produce all': {
      const producer = await fluvio.topicProducer(job.topic);
      await producer.sendAll(job.records.map(([key, value]) => [bytes(key), bytes(value)]));
      await producer.flush();
      return {};
    }
    case 'consume': {
      const consumer = await fluvio.partitionConsumer(job.topic, job.partition);
      const offset = { index: 0, from: job.from };
      const stream = await (job.smartModule === undefined
        ? consumer.createStream(offset)
        : consumer.streamWithConfig(offset, job.smartModule));
      process.send?.('streaming');
      const records: NativeRecord[] = [];
      while (records.length < job.count) {
        const { done, value } = await stream.next();
        if (done) break;
        records.push({ key: value.hasKey() ? base64(value.key()) : null, value: base64(value.value()) });
      }
      return { records };
    }
  }
}

const [binary, job] = process.argv.slice(2) as [string, string];
const native = createRequire(import.meta.url)(binary) as Native;
const result = await work(native, JSON.parse(job) as NativeJob);
// The binding keeps the process alive, so it ends by itself once the answer is out.
process.stdout.write(JSON.stringify(result), () => process.exit(0));
