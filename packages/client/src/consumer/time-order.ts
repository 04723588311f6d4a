/**
 * What has arrived and nobody has read, in the order of the records' times across partitions.
 *
 * The oldest record is known once every partition has shown its next one, or has no more at the moment. So the order is that of
 * what is stored when it is read: what is produced later with an older time comes later.
 */
import type { Arrivals, Arrived } from './arrivals.ts';
import { reaches } from './arrivals.ts';
import type { ConsumerBatch } from './batch.ts';
import { batchOf } from './batch.ts';
import type { ConsumerRecord } from './record.ts';

interface Lane {
  waiting: Arrived[];
  /** The batch that is being read, and its next record. */
  open: { readonly arrived: Arrived; readonly records: Iterator<ConsumerRecord>; head: ConsumerRecord } | undefined;
  isCaughtUp: boolean;
}

/** Records handed out together at most. */
const LONGEST_RUN = 1_000;

/** Makes an empty queue. */
export function timeOrder(): Arrivals {
  const lanes = new Map<string, Lane>();
  const key = (topic: string, partition: number): string => `${topic}-${partition}`;
  const laneOf = (topic: string, partition: number): Lane => {
    const name = key(topic, partition);
    const found = lanes.get(name);
    if (found !== undefined) return found;
    const lane: Lane = { waiting: [], open: undefined, isCaughtUp: false };
    lanes.set(name, lane);
    return lane;
  };

  /** Whether the lane shows a record. */
  const shows = (lane: Lane): boolean => {
    while (lane.open === undefined) {
      const arrived = lane.waiting.shift();
      if (arrived === undefined) return false;
      const records = arrived.batch[Symbol.iterator]();
      const first = records.next();
      if (first.done === true) arrived.taken();
      else lane.open = { arrived, records, head: first.value };
    }
    return true;
  };

  /** The records of the oldest lane that are not younger than what the others show. */
  const run = (lane: Lane, open: NonNullable<Lane['open']>, boundMs: number): Arrived => {
    const records: ConsumerRecord[] = [];
    let isRead = false;
    do {
      records.push(open.head);
      const next = open.records.next();
      isRead = next.done === true;
      if (next.done !== true) open.head = next.value;
    } while (!isRead && open.head.timestampMs <= boundMs && records.length < LONGEST_RUN);
    const batch: ConsumerBatch = batchOf(open.arrived.batch, records);
    if (!isRead) return { batch, taken() {} };
    lane.open = undefined;
    const { nextOffset } = open.arrived.batch;
    return { batch: { ...batch, nextOffset }, taken: open.arrived.taken };
  };

  return {
    open: (topic, partition) => void laneOf(topic, partition),
    push(batch, taken) {
      const lane = laneOf(batch.topic, batch.partition);
      lane.isCaughtUp = false;
      lane.waiting.push({ batch, taken });
    },
    caughtUp(topic, partition) {
      laneOf(topic, partition).isCaughtUp = true;
    },
    drop(topic, partition, from) {
      const lane = laneOf(topic, partition);
      const doomed = lane.waiting.filter(({ batch }) => reaches(batch, topic, partition, from));
      lane.waiting = lane.waiting.filter((each) => !doomed.includes(each));
      if (lane.open !== undefined && reaches(lane.open.arrived.batch, topic, partition, from)) {
        doomed.push(lane.open.arrived);
        lane.open = undefined;
      }
      // What takes its place may be there already, and belongs in front of what the others show.
      lane.isCaughtUp = false;
      for (const { taken } of doomed) taken();
    },
    end(topic, partition) {
      laneOf(topic, partition).isCaughtUp = true;
    },
    take() {
      let oldest: Lane | undefined;
      let boundMs = Number.POSITIVE_INFINITY;
      for (const lane of lanes.values()) {
        if (!shows(lane)) {
          if (lane.isCaughtUp) continue;
          return undefined;
        }
        const time = lane.open?.head.timestampMs ?? 0;
        const best = oldest?.open?.head.timestampMs ?? Number.POSITIVE_INFINITY;
        if (time < best) {
          boundMs = Math.min(boundMs, best);
          oldest = lane;
        } else boundMs = Math.min(boundMs, time);
      }
      return oldest?.open === undefined ? undefined : run(oldest, oldest.open, boundMs);
    },
    get isEmpty() {
      return [...lanes.values()].every((lane) => lane.open === undefined && lane.waiting.length === 0);
    },
    clear() {
      lanes.clear();
    },
  };
}
