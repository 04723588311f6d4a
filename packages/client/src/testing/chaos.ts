/** One run of a producer and a consumer through faults that follow from a seed, and what must hold whatever they were. */
import type { FluvioError } from '@fluvio-ts/protocol';
import { defineErrors, readBatches } from '@fluvio-ts/protocol';
import { expect, vi } from 'vitest';
import type { Client } from '../client.ts';
import { connect } from '../client.ts';
import type { SendResult } from '../producer/result.ts';
import type { Broker } from './broker.ts';
import { broker } from './broker.ts';
import type { Random } from './random.ts';
import { random } from './random.ts';

const SPUS = 3;
const PARTITIONS = 4;
const refused = defineErrors<{ 'connection/refused': { at: string } }>({
  'connection/refused': { text: (c) => `nobody listens at ${c.at}`, retryable: true },
});

interface Sent {
  readonly value: string;
  readonly partition: number;
  outcome: { readonly result: SendResult } | { readonly error: FluvioError } | undefined;
}

/** What happened, for tests that want to see that enough did. */
export interface ChaosReport {
  readonly acknowledged: number;
  readonly rejected: number;
  readonly duplicates: number;
  readonly retries: number;
}

/** Runs one seed on fake timers, which the caller has turned on. @throws where an invariant does not hold */
export async function chaos(seed: number, steps: number): Promise<ChaosReport> {
  const chance = random(seed);
  const jitter = random(~seed);
  vi.spyOn(Math, 'random').mockImplementation(jitter.next);
  const cluster = broker(SPUS);
  cluster.addTopic('t', PARTITIONS);
  const client = await connect({ transport: cluster.transport, requestTimeoutMs: 20_000 });
  const sent: Sent[] = [];
  const reading = consume(client, chance);
  const producer = await client.producer('t', {
    lingerMs: chance.of([0, 0, 5, 50]),
    batchBytes: chance.of([150, 1_000, 65_536]),
    maxRequestBytes: chance.of([500, 1_048_576]),
    bufferBytes: chance.of([600, 5_000, 33_554_432]),
    deliveryTimeoutMs: chance.of([3_000, 120_000]),
  });
  const flushes: Promise<unknown>[] = [];

  for (let step = 0; step < steps; step++) {
    disturb(cluster, chance);
    for (let n = chance.below(6); n > 0; n--) {
      const partition = chance.below(PARTITIONS);
      const record: Sent = { value: `${sent.length}`, partition, outcome: undefined };
      const signal = chance.chance(0.1) ? AbortSignal.timeout(1_000) : undefined;
      sent.push(record);
      producer.send({ value: record.value, partition }, signal === undefined ? {} : { signal }).then(
        (result) => settle(record, { result }),
        (error: FluvioError) => settle(record, { error }),
      );
    }
    if (chance.chance(0.1)) flushes.push(producer.flush());
    await vi.advanceTimersByTimeAsync(chance.of([0, 1, 10, 100, 1_000]));
  }
  heal(cluster);
  await settled(producer.close({ timeoutMs: 400_000 }));
  await settled(Promise.all(flushes));
  expect(producer.bufferedBytes).toBe(0);
  const report = checkSent(cluster, sent);
  const logs = Array.from({ length: PARTITIONS }, (_, partition) => values(cluster, partition));
  const total = logs.reduce((sum, log) => sum + log.length, 0);
  for (let i = 0; i < 1_000 && reading.count() < total; i++) await vi.advanceTimersByTimeAsync(1_000);
  expect(reading.seen).toEqual(logs);
  await settled(client.close());
  await settled(reading.done);
  for (let server = 0; server <= SPUS; server++) expect(cluster.connections(server)).toBe(0);
  return { ...report, retries: reading.retries() };
}

function settle(record: Sent, outcome: NonNullable<Sent['outcome']>): void {
  if (record.outcome !== undefined) throw new Error(`record ${record.value} is settled twice`);
  record.outcome = outcome;
}

/** Waits on fake time; ten minutes are enough for anything. */
async function settled(promise: Promise<unknown>): Promise<void> {
  let over = false;
  const done = promise.finally(() => {
    over = true;
  });
  for (let i = 0; i < 600 && !over; i++) await vi.advanceTimersByTimeAsync(1_000);
  expect(over).toBe(true);
  await done;
}

/** Reads everything, into one list of values per partition; offsets must be dense. */
function consume(client: Client, chance: Random) {
  const seen: string[][] = Array.from({ length: PARTITIONS }, () => []);
  let retries = 0;
  const consumer = client.consumer('t', {
    start: 'beginning',
    maxBytes: chance.of([1, 300, 1_048_576]),
    prefetchBytes: chance.of([1, 500, 1_048_576]),
    onRetry: () => retries++,
  });
  const done = (async () => {
    for await (const record of consumer) {
      const log = seen[record.partition] as string[];
      expect(record.offset).toBe(BigInt(log.length));
      log.push(record.text());
    }
  })();
  done.catch(() => {});
  return { seen, done, retries: () => retries, count: () => seen.reduce((sum, log) => sum + log.length, 0) };
}

/** Does one thing, or nothing. */
function disturb(cluster: Broker, chance: Random): void {
  const server = chance.below(SPUS + 1);
  const spu = 1 + chance.below(SPUS);
  const { faults } = cluster;
  const rarely = (): boolean => chance.chance(0.3);
  const act = chance.of([
    () => cluster.cut(server),
    () => cluster.moveLeader('t', chance.below(PARTITIONS), spu, { quietly: chance.chance(0.5) }),
    () => cluster.announce(),
    () => cluster.forgetStreams(spu),
    () => (chance.chance(0.2) ? cluster.freeze(server) : undefined),
    () => {
      faults.produce = (at) =>
        at === spu && rarely()
          ? chance.of(['cut', 'store and cut', { kind: 'NotLeaderForPartition' }] as const)
          : undefined;
    },
    () => {
      faults.produce = () => (chance.chance(0.05) ? 'silent' : undefined);
    },
    () => {
      faults.batch = () => (rarely() ? { kind: 'NotLeaderForPartition' } : undefined);
    },
    () => {
      faults.stream = () => (rarely() ? { kind: 'NotLeaderForPartition' } : undefined);
    },
    () => {
      faults.slice = (records) => (rarely() ? records.slice(0, chance.below(records.length + 1)) : records);
    },
    () => {
      faults.connect = ({ address }) => (rarely() ? refused('connection/refused', { at: address.host }) : undefined);
    },
    () => heal(cluster),
    () => {},
  ]);
  act();
}

function heal(cluster: Broker): void {
  for (const fault of Object.keys(cluster.faults) as (keyof Broker['faults'])[]) delete cluster.faults[fault];
  cluster.announce();
}

/** Values of a partition's log, in order. */
const values = (cluster: Broker, partition: number): string[] =>
  cluster.log('t', partition).batches.flatMap((bytes) => {
    const block = readBatches(bytes).batches[0]?.open();
    if (block === undefined || block instanceof Promise) throw new Error('no block');
    return Array.from(block, (record) => record.text());
  });

/** Everything settled; what is acknowledged is where it is said to be, in the order of sending; copies are announced. */
function checkSent(cluster: Broker, sent: readonly Sent[]): Omit<ChaosReport, 'retries'> {
  let duplicates = 0;
  for (let partition = 0; partition < PARTITIONS; partition++) {
    const log = values(cluster, partition);
    const copies = new Map<string, number>();
    for (const value of log) copies.set(value, (copies.get(value) ?? 0) + 1);
    let last = -1n;
    for (const { value, outcome } of sent.filter((record) => record.partition === partition)) {
      if (outcome === undefined) throw new Error(`record ${value} is not settled`);
      if ('error' in outcome) {
        expect(outcome.error.code).toMatch(/^(produce\/(timeout|buffer-full|closed)|request\/aborted|server\/error)$/);
        continue;
      }
      const { offset, mayBeDuplicate } = outcome.result;
      expect(log[Number(offset)]).toBe(value);
      expect(offset).toBeGreaterThan(last);
      last = offset;
      if (copies.get(value) !== 1) {
        duplicates++;
        expect(mayBeDuplicate).toBe(true);
      }
    }
  }
  const acknowledged = sent.filter(({ outcome }) => outcome !== undefined && 'result' in outcome).length;
  return { acknowledged, rejected: sent.length - acknowledged, duplicates };
}
