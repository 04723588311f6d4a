/**
 * For tests: how answers of this cluster may differ from those of the real one to the same questions. What is volatile is in
 * `comparable.ts`. `DIFFERENCES.md` tells users the same, and more, in their words; a test holds the two together.
 */
import { readBatches } from '@fluvio-ts/protocol';
import type { Compared } from './vectors.ts';

/** A difference on purpose. */
export interface Difference {
  /** Its name in `DIFFERENCES.md`. */
  readonly name: string;
  /** Whether it is what makes this answer differ. */
  readonly explains: (compared: Compared) => boolean;
}

const text = (value: unknown): string =>
  JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'bigint' ? Number(part) : part instanceof Uint8Array ? `${part.length} bytes` : part,
  );

const recordsIn = (value: unknown): Uint8Array[] =>
  value instanceof Uint8Array
    ? [value]
    : typeof value === 'object' && value !== null
      ? Object.values(value).flatMap(recordsIn)
      : [];

/** Whether ours is what the real one sent, without the batch that is cut there; the first comes whole in any case. */
function isWholeBatches({ api, real, ours }: Compared): boolean {
  if (api !== 'StreamFetch' && api !== 'Fetch') return false;
  const [theirs] = recordsIn(real);
  const [mine] = recordsIn(ours);
  if (theirs === undefined || mine === undefined || mine.length === 0) return false;
  const { batches, rest } = readBatches(mine);
  const shared = Math.min(mine.length, theirs.length);
  const alike = Buffer.compare(theirs.subarray(0, shared), mine.subarray(0, shared)) === 0;
  return rest.length === 0 && alike && (mine.length < theirs.length || batches.length === 1);
}

/** What this cluster does otherwise on purpose, as far as the captures show it. */
export const differences: readonly Difference[] = [
  { name: 'Whole batches only', explains: isWholeBatches },
  {
    name: 'An empty batch blocks nothing',
    explains: ({ real, ours }) => text(real).includes('PartitionShortCircuited') && text(ours).includes('"None"'),
  },
  {
    name: 'Replicated consumer offsets',
    explains: ({ api, real, ours }) =>
      api === 'List' && text(real).includes('consumer-offset') && text(ours).includes('"replicas":[5001,5002,5003]'),
  },
  {
    name: 'No mirroring',
    explains: ({ request, real, ours }) =>
      `${text(request)}${text(real)}`.includes('-mir"') && !text(ours).includes('"None"'),
  },
];

/** Why a case, or its answers of some APIs, cannot be compared. */
export interface NotReplayed {
  readonly why: string;
  /** Default: all. */
  readonly apis?: readonly string[];
}

const elsewhere: NotReplayed = { why: 'its topics are made and filled by requests that are not in the file' };
const leftOut = (...apis: readonly string[]): NotReplayed => ({
  why: 'a request before it is left out of the capture, and another one is not like it',
  apis,
});
const killed: NotReplayed = { why: 'processes were killed between the requests: see the tests of replication' };

/** Cases that cannot be put to this cluster as they were put to the real one. */
export const notReplayed: Readonly<Record<string, NotReplayed>> = {
  'cli:topic-create-duplicate': elsewhere,
  'node:topic-delete-missing': elsewhere,
  'cli:consume-end-before-start': elsewhere,
  'cli:consume-format': elsewhere,
  'cli:consume-partitions': elsewhere,
  'node:consume-from-end-n': elsewhere,
  'cli:consume-start-too-far': elsewhere,
  'cli:consume-maxbytes': elsewhere,
  'cli:consumer-topic-delete': elsewhere,
  'python:stored-absolute-start-ignores-stored': elsewhere,
  'python:stored-two-consumers-are-independent': elsewhere,
  'python:topic-delete-and-recreate': leftOut('FetchOffsets', 'StreamFetch'),
  'python:produce-binary': leftOut('FetchOffsets'),
  'python:consume-offsets': leftOut('StreamFetch', 'UpdateOffsets'),
  'python:consume-partition': leftOut('StreamFetch'),
  'node:produce-empty-value': leftOut('StreamFetch'),
  'node:produce-utf8': leftOut('StreamFetch'),
  'raw:sc-watch-topic-partition-spu': {
    why: 'an SPU came and went, and which changes come together is a matter of timing',
  },
  'failover:raw-follower-down': killed,
  'failover:raw-follower-back': killed,
  'failover:raw-leader-kill': killed,
};

/** Cases that were put to an SPU that does not lead: on a cluster of three, to this one. */
export const atAnotherSpu: Readonly<Record<string, number>> = {
  'raw:sc-topic-update': 5001,
  'raw:spu-wrong-leader': 5001,
  'raw:spu-consumer-offsets-wrong-spu': 5002,
};
