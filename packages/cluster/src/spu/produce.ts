/** Produce: checks batches, gives them offsets, stores them, and waits until they are as safe as the producer asked. */
import type {
  Batch,
  CodecName,
  ErrorCode,
  ProducePartition,
  ProducePartitionResponse,
  ProduceRequest,
  ProduceResponse,
  ProduceTopic,
} from '@fluvio-ts/protocol';
import { isFluvioError, NO_ERROR, readBatches, rewriteBatch } from '@fluvio-ts/protocol';
import type { Handler } from '@fluvio-ts/protocol/internal';
import { clusterError } from '../errors.ts';
import { reasonOf } from '../logger.ts';
import type { BatchRun, PlacedBatch } from '../storage/batch-run.ts';
import type { ProduceTransforms, RequestTransform } from './produce-transform.ts';
import type { Replica } from './replica.ts';
import type { Replicas } from './replicas.ts';
import type { Transformed } from './transform-entry.ts';

/** An entry that was stored, and may not be as safe yet as its producer asked. */
interface Stored {
  readonly response: ProducePartitionResponse;
  readonly replica: Replica;
  readonly endOffset: number;
  /** The reign in which it was stored; what this replica holds in another one may be something else. */
  readonly epoch: number | undefined;
}

/** The entries of a request, after they were stored or refused. */
type Topics = readonly { readonly name: string; readonly entries: readonly Entry[] }[];

/** Serves Produce on one SPU. */
export const produce =
  (replicas: Replicas, transforms: ProduceTransforms): Handler<ProduceRequest, ProduceResponse> =>
  (request, { version, signal }) => {
    const { topics, smartmodules } = request;
    if (smartmodules.length > 0 || topics.some((topic) => deduplicates(topic, replicas))) {
      return transforms
        .through(smartmodules, { version, signal }, (transform) =>
          storeThrough(topics, (topic, partition) => replicas.find(topic, partition), transform, transforms),
        )
        .then((entries) => acknowledge(entries, request));
    }
    const entries = topics.map(({ name, partitions }) => ({
      name,
      entries: partitions.map((entry) => store(replicas.find(name, entry.partitionIndex), entry)),
    }));
    return acknowledge(entries, request);
  };

/** Whether an entry goes to a partition that drops duplicates. */
const deduplicates = ({ name, partitions }: ProduceTopic, replicas: Replicas): boolean =>
  partitions.some(({ partitionIndex }) => replicas.find(name, partitionIndex)?.spec.deduplication !== undefined);

/** Transforms and stores entries one after another: the modules of a request see them in order. */
async function storeThrough(
  topics: readonly ProduceTopic[],
  find: (topic: string, partition: number) => Replica | undefined,
  transform: RequestTransform,
  { deduplicator }: ProduceTransforms,
): Promise<Topics> {
  const done = [];
  for (const { name, partitions } of topics) {
    const entries: Entry[] = [];
    for (const entry of partitions) {
      const replica = find(name, entry.partitionIndex);
      if (replica === undefined) {
        entries.push(store(undefined, entry));
        continue;
      }
      const outcome = await transform(entry.records);
      if ('refused' in outcome || outcome.records.length === 0 || replica.spec.deduplication === undefined) {
        entries.push(storeTransformed(replica, entry, outcome));
      } else {
        entries.push(
          await deduplicator.filter(replica, outcome.records, (filtered) => {
            const result = storeTransformed(replica, entry, filtered, BigInt(replica.highWatermark));
            // Where nothing is new the filter has learned nothing that is not in the log.
            return { result, stored: result.response.errorCode.kind === 'None' };
          }),
        );
      }
    }
    done.push({ name, entries });
  }
  return done;
}

/** Stores what modules made of an entry. `emptyAt` is the offset that is told where they left nothing. */
function storeTransformed(replica: Replica, entry: ProducePartition, outcome: Transformed, emptyAt = 0n): Entry {
  const { partitionIndex } = entry;
  if ('refused' in outcome) return answerTo(partitionIndex, outcome.refused);
  if (outcome.records.length === 0) return answerTo(partitionIndex, NO_ERROR, emptyAt);
  // The leader may have become another one meanwhile.
  return store(replica.leads() ? replica : undefined, { partitionIndex, records: outcome.records });
}

/** The answer, once the entries are as safe as the producer asked. */
function acknowledge(topics: Topics, request: ProduceRequest): ProduceResponse | Promise<ProduceResponse> {
  const committed = request.isolation === 'read_committed';
  if (topics.some(({ entries }) => entries.some((entry) => isPending(entry, committed)))) {
    return waitForAll(topics, committed, request.timeoutMs);
  }
  const responses = topics.map(({ name, entries }) => ({ name, partitions: entries.map((e) => e.response) }));
  return { responses, throttleTimeMs: 0 };
}

type Entry = Stored | { readonly response: ProducePartitionResponse };

/** Whether an entry is not as safe yet as its producer asked. */
function isPending(entry: Entry, committed: boolean): entry is Stored {
  if (!('replica' in entry)) return false;
  const { replica, endOffset, epoch } = entry;
  return (committed ? replica.highWatermark : replica.safeOffset) < endOffset || !replica.leads(epoch);
}

/** Waits for the entries one after another; each may take the whole time-out, as upstream. */
async function waitForAll(topics: Topics, committed: boolean, timeoutMs: number): Promise<ProduceResponse> {
  const responses = [];
  for (const { name, entries } of topics) {
    const partitions = [];
    for (const entry of entries) {
      partitions.push(isPending(entry, committed) ? await waitFor(entry, committed, timeoutMs) : entry.response);
    }
    responses.push({ name, partitions });
  }
  return { responses, throttleTimeMs: 0 };
}

async function waitFor(entry: Stored, committed: boolean, timeoutMs: number): Promise<ProducePartitionResponse> {
  const { response, replica, endOffset, epoch } = entry;
  try {
    if (!replica.leads(epoch)) throw clusterError('cluster/deposed', { partition: replica.name });
    const safe = committed ? replica.committed(endOffset, timeoutMs) : replica.stored(endOffset, timeoutMs);
    if ((await safe) ?? true) return response;
    return { ...response, errorCode: { kind: 'RequestTimedOut', timeoutMs: BigInt(timeoutMs), request: 'Produce' } };
  } catch (error) {
    // Nobody can say whether the new leader has the records. A lost connection is the answer that clients take for that;
    // `NotLeaderForPartition` would tell them that the records are not stored.
    if (isFluvioError(error, 'cluster/deposed')) throw error;
    return { ...response, errorCode: { kind: 'StorageError' } };
  }
}

/** An entry that is answered as it is. */
const answerTo = (partitionIndex: number, errorCode: ErrorCode, baseOffset = 0n): Entry => ({
  response: { partitionIndex, errorCode, baseOffset, logAppendTimeMs: 0n, logStartOffset: 0n },
});

function store(replica: Replica | undefined, entry: ProducePartition): Entry {
  const answer = (errorCode: ErrorCode, baseOffset?: bigint): Entry =>
    answerTo(entry.partitionIndex, errorCode, baseOffset);
  if (replica === undefined) return answer({ kind: 'NotLeaderForPartition' });
  const run = checked(entry.records, replica);
  if ('kind' in run) return answer(run);
  if (run.batches.length === 0) return answer(NO_ERROR);
  // Where there are other replicas, one of them is about to lead.
  const replicated = replica.spec.replicas.length > 1;
  const failed = (): boolean => replica.state === 'failed';
  if (failed()) return answer({ kind: replicated ? 'NotLeaderForPartition' : 'PartitionShortCircuited' });
  const before = replica.endOffset;
  try {
    const baseOffset = replica.append(run);
    const epoch = replica.leadership?.epoch;
    return { ...answer(NO_ERROR, BigInt(baseOffset)), replica, endOffset: replica.endOffset, epoch };
  } catch (error) {
    if (isFluvioError(error, 'storage/full')) return answer({ kind: 'PartitionFull', replica: replica.key });
    // Nothing of it is stored, so it may be sent to the next leader.
    if (failed() && replicated && replica.endOffset === before) {
      return answer({ kind: 'NotLeaderForPartition' });
    }
    return answer({ kind: 'StorageError' });
  }
}

/** The batches of an entry, fit to be stored: either all of them, or an error for the entry as a whole. */
function checked(records: Uint8Array, replica: Replica): BatchRun | ErrorCode {
  let batches: readonly Batch[];
  try {
    const set = readBatches(records);
    if (set.rest.length > 0) return { kind: 'Other', message: `the last batch lacks ${set.missingBytes} bytes` };
    batches = set.batches;
  } catch (error) {
    return { kind: 'Other', message: `the batches cannot be read: ${reasonOf(error)}` };
  }
  if (batches.every((batch) => batch.lastOffsetDelta < 0)) return { bytes: records, batches: [] };

  const placed: PlacedBatch[] = [];
  let position = 0;
  for (const batch of batches) {
    const problem = problemOf(batch, replica);
    if (problem !== undefined) return problem;
    placed.push({ position, sizeBytes: batch.size, count: batch.lastOffsetDelta + 1 });
    position += batch.size;
  }
  for (const batch of batches) mendChecksum(batch);
  return { bytes: records, batches: placed };
}

function problemOf(batch: Batch, replica: Replica): ErrorCode | undefined {
  const codec = codecOf(batch);
  const rule = replica.spec.compressionType;
  if (codec === undefined || (rule !== 'Any' && rule.toLowerCase() !== codec)) return { kind: 'CompressionError' };
  if (batch.size > replica.largestBatchBytes) return { kind: 'MessageTooLarge' };
  // Upstream loses count of the four bytes of a schema id and stops; nobody sends one.
  if (batch.schemaId !== undefined) return { kind: 'Other', message: 'batches with a schema id are not supported' };
  // The same code as upstream, but the partition goes on.
  if (batch.lastOffsetDelta < 0) return { kind: 'StorageError' };
  return undefined;
}

/** Undefined for codec bits that mean nothing. */
function codecOf(batch: Batch): CodecName | undefined {
  try {
    return batch.codec;
  } catch {
    return undefined;
  }
}

/** Servers store a right checksum whatever the producer sent: official ones do not even look at it. */
function mendChecksum(batch: Batch): void {
  try {
    batch.verifyCrc();
  } catch {
    rewriteBatch(batch.bytes, { baseOffset: batch.baseOffset, crc: 'compute' });
  }
}
