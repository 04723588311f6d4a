/** One read of what is stored, without a stream. */
import type { Codecs, Isolation, PartitionData } from '@fluvio-ts/protocol';
import { Fetch, readBatches } from '@fluvio-ts/protocol';
import type { StopSignal } from '@fluvio-ts/protocol/internal';
import type { Cluster } from '../cluster.ts';
import { clientError, serverError } from '../errors.ts';
import type { IsolationLevel } from '../isolation.ts';
import { isolationOf } from '../isolation.ts';
import type { ConsumerBatch } from './batch.ts';
import { cutBatch } from './batch.ts';
import type { ConsumerRecord } from './record.ts';
import type { ReadStored } from './tail.ts';
import { fetchWindow } from './window.ts';

/** What to fetch. */
export interface FetchOptions {
  /** First offset wanted. */
  readonly offset: bigint;
  /** Bytes of records, about; one batch is fetched at least. Default 1,048,576. */
  readonly maxBytes?: number;
  /** Largest batch that is fetched where `maxBytes` is too small for even one. Default 67,108,864. */
  readonly maxBatchBytes?: number;
  /** Default `read_uncommitted`. */
  readonly isolation?: IsolationLevel;
  /** Whether batches' checksums are verified. Default true. */
  readonly verifyCrc?: boolean;
  readonly signal?: AbortSignal;
}

/** What was fetched. Iterating goes over the records. */
export interface Fetched extends Iterable<ConsumerRecord> {
  readonly batches: readonly ConsumerBatch[];
  /** Where to fetch on; `offset` if there was nothing. */
  readonly nextOffset: bigint;
  /** Offset of the first record that is still stored. */
  readonly startOffset: bigint;
  /** Offset behind the last committed record. */
  readonly highWatermark: bigint;
}

/** Fetches once, and again with a wider window where not one batch fits. */
export async function fetchOnce(
  cluster: Cluster,
  topic: string,
  partition: number,
  options: FetchOptions,
  codecs: Codecs,
): Promise<Fetched> {
  const { offset, maxBytes = 1_048_576, maxBatchBytes = 67_108_864, signal } = options;
  for (const [option, value] of Object.entries({ maxBytes, maxBatchBytes })) {
    if (!Number.isSafeInteger(value) || value < 1 || value > 0x7fff_ffff) {
      const reason = `must be a whole number of bytes from 1 to ${0x7fff_ffff}, not ${value}`;
      throw clientError('option/invalid', { option, reason });
    }
  }
  if (typeof offset !== 'bigint' || offset < 0n) {
    const reason = `must be a bigint of at least 0, not ${offset}`;
    throw clientError('option/invalid', { option: 'offset', reason });
  }
  const isolation = isolationOf(options.isolation ?? 'read_uncommitted');
  const window = fetchWindow({ topic, partition, startBytes: maxBytes, widestBytes: 0, maxBatchBytes });
  const what = `fetching from ${topic}-${partition} at offset ${offset}`;
  return cluster.retrying(
    { what, timeoutMs: cluster.requestTimeoutMs, signals: [signal] },
    async (stop: StopSignal) => {
      await cluster.topic(topic, stop);
      for (;;) {
        const session = await cluster.leader(topic, partition, 'query', stop);
        const data = await ask(session, topic, partition, { offset, isolation }, window.bytes, stop);
        if (data.errorCode.kind !== 'None') throw serverError(what, data.errorCode);
        const { batches: found, rest, missingBytes } = readBatches(data.records);
        const wanted = found.filter((batch) => batch.nextOffset > offset);
        if (wanted.length === 0 && rest.length > 0) {
          window.widenFor({ offset, neededBytes: rest.length + missingBytes, sentBytes: rest.length });
          continue;
        }
        const batches: ConsumerBatch[] = [];
        for (const batch of wanted) {
          if (options.verifyCrc !== false) batch.verifyCrc();
          const cut = { from: offset, until: undefined, sinceMs: undefined, untilMs: undefined, isTransformed: false };
          const origin = { topic, partition, highWatermark: data.highWatermark };
          batches.push(cutBatch(origin, batch, await batch.open(codecs), cut).batch);
        }
        return {
          batches,
          nextOffset: wanted.at(-1)?.nextOffset ?? offset,
          startOffset: data.logStartOffset,
          highWatermark: data.highWatermark,
          *[Symbol.iterator]() {
            for (const batch of batches) yield* batch;
          },
        };
      }
    },
  );
}

/** @internal One Fetch of one partition. @throws `partition/unavailable` and what a call throws */
export async function ask(
  session: Awaited<ReturnType<Cluster['leader']>>,
  topic: string,
  partition: number,
  { offset, isolation = 'read_uncommitted' }: { readonly offset: bigint; readonly isolation?: Isolation },
  maxBytes: number,
  stop: StopSignal,
): Promise<PartitionData> {
  const wanted = {
    partitionIndex: partition,
    currentLeaderEpoch: -1,
    fetchOffset: offset,
    logStartOffset: -1n,
    maxBytes,
  };
  const { topics } = await session.call(
    Fetch,
    { maxWaitMs: 0, minBytes: 0, maxBytes, isolation, topics: [{ name: topic, partitions: [wanted] }], forgotten: [] },
    { signal: stop },
  );
  const answer = topics[0]?.partitions[0];
  if (answer !== undefined) return answer;
  throw clientError('partition/unavailable', { topic, partition, reason: 'its leader answered for no partition' });
}

/** @internal Reads what is stored at an offset, committed or not, from this SPU. */
export const readStored =
  (session: Awaited<ReturnType<Cluster['leader']>>, topic: string, partition: number, stop: StopSignal): ReadStored =>
  (offset, maxBytes) =>
    ask(session, topic, partition, { offset, isolation: 'read_uncommitted' }, maxBytes, stop);
