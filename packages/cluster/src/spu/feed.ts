/** The leader's side of replication, for the connection of one follower: wants that wait, and answers to those that can be given. */
import type { Call } from '@fluvio-ts/protocol/internal';
import type { Logger } from '../logger.ts';
import { reasonOf } from '../logger.ts';
import type { PullReplicasRequest, PullReplicasResponse, ReplicaReply, ReplicaWant } from '../private/replication.ts';
import type { Replica } from './replica.ts';
import type { Replicas } from './replicas.ts';

/** See the file's head. */
export interface Feed {
  /** Takes wants, and answers by the call's push. */
  pull(request: PullReplicasRequest, call: Call<PullReplicasResponse>): void;
  close(): void;
}

/** As much as one answer holds, and of one partition. A batch that is larger comes alone. */
const ANSWER_BYTES = 8_388_608;
const PARTITION_BYTES = 1_048_576;
/** A follower that has every record hears of a new high watermark, or start, within this. */
const WATERMARK_DELAY_MS = 20;
/** A pull is answered at least this often, so that both sides know of each other. */
const LONGEST_PULL_MS = 5000;

/** Makes the feed of a connection. */
export function createFeed(replicas: Replicas, log: Logger): Feed {
  const wants = new Map<string, ReplicaWant>();
  /** Partitions whose wants may have become answerable. */
  const due = new Set<string>();
  let follower = -1;
  let call: Call<PullReplicasResponse> | undefined;
  let scheduled = false;
  let longest: NodeJS.Timeout | undefined;
  let watermarks: NodeJS.Timeout | undefined;

  const answer = (replies: readonly ReplicaReply[]): void => {
    const mine = call;
    call = undefined;
    clearTimeout(longest);
    // A connection that has ended takes its wants along.
    mine?.push({ replies }).catch(() => {});
  };

  const schedule = (): void => {
    if (scheduled) return;
    scheduled = true;
    queueMicrotask(() => {
      scheduled = false;
      serve('records');
    });
  };

  const serve = (what: 'records' | 'watermarks'): void => {
    if (call === undefined) return;
    const replies: ReplicaReply[] = [];
    let room = ANSWER_BYTES;
    for (const name of due) {
      if (room <= 0) break;
      const want = wants.get(name);
      const replica = replicas.get(name);
      const reply = want === undefined || replica === undefined ? undefined : replyTo(replica, want, room, what);
      if (reply === 'later') continue;
      due.delete(name);
      if (reply === undefined) continue;
      wants.delete(name);
      replies.push(reply);
      if (reply.verdict.kind === 'send') room -= reply.verdict.records.length;
    }
    if (replies.length > 0) answer(replies);
    if (due.size > 0 && watermarks === undefined) {
      watermarks = setTimeout(() => {
        watermarks = undefined;
        serve('watermarks');
      }, WATERMARK_DELAY_MS);
    }
  };

  /** Undefined while there is nothing to say, `later` where there is only a new high watermark or start to tell. */
  const replyTo = (
    replica: Replica,
    want: ReplicaWant,
    room: number,
    what: 'records' | 'watermarks',
  ): ReplicaReply | 'later' | undefined => {
    // A want of another reign waits: either this leader has not heard of it yet, or the follower is about to ask anew.
    if (replica.incarnation !== want.incarnation || !replica.leads(want.epoch)) return undefined;
    const offset = Number(want.offset);
    const verdict = replica.onWant({ spu: follower, offset, lastEpoch: want.lastEpoch });
    const reply = (what: ReplicaReply['verdict']): ReplicaReply => ({
      replica: want.replica,
      incarnation: want.incarnation,
      epoch: want.epoch,
      offset: want.offset,
      lastEpoch: want.lastEpoch,
      highWatermark: BigInt(replica.highWatermark),
      startOffset: BigInt(replica.startOffset),
      verdict: what,
    });
    if (verdict.kind === 'restart') return reply({ kind: 'restart', startOffset: BigInt(verdict.startOffset) });
    if (verdict.kind === 'diverged') {
      return reply({ kind: 'diverged', epoch: verdict.epoch, endOffset: BigInt(verdict.endOffset) });
    }
    if (offset < replica.endOffset) {
      const maxBytes = Math.min(room, PARTITION_BYTES);
      try {
        return reply({ kind: 'send', records: replica.read({ from: offset, end: replica.endOffset, maxBytes }) });
      } catch (error) {
        log('error', 'a follower cannot be served', { partition: replica.name, reason: reasonOf(error) });
        return undefined;
      }
    }
    const heard =
      want.highWatermark >= BigInt(replica.highWatermark) && want.startOffset >= BigInt(replica.startOffset);
    if (heard) return undefined;
    return what === 'watermarks' ? reply({ kind: 'send', records: new Uint8Array(0) }) : 'later';
  };

  const unwatch = replicas.watch((replica) => {
    if (!wants.has(replica.name)) return;
    due.add(replica.name);
    schedule();
  });

  return {
    pull(request, mine) {
      if (call !== undefined) answer([]);
      follower = request.spuId;
      call = mine;
      longest = setTimeout(() => answer([]), LONGEST_PULL_MS);
      longest.unref();
      for (const want of request.wants) {
        const name = `${want.replica.topic}-${want.replica.partition}`;
        wants.set(name, want);
        due.add(name);
      }
      serve('records');
      if (request.wants.some((want) => admissible(replicas, want, follower))) replicas.hurry();
    },
    close() {
      unwatch();
      clearTimeout(longest);
      clearTimeout(watermarks);
    },
  };
}

/** Whether a follower outside the in-sync set may have what it takes to be in it. */
function admissible(replicas: Replicas, { replica: { topic, partition }, epoch }: ReplicaWant, spu: number): boolean {
  const replica = replicas.get(`${topic}-${partition}`);
  if (replica?.leads(epoch) !== true || replica.leadership?.inSync.includes(spu) === true) return false;
  return replica.propose() !== undefined;
}
