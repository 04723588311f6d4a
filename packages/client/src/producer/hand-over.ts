/** From a call to a lane: what is handed over is checked, counted, waits for room, and enters the lane of its partition. */
import type { FluvioError } from '@fluvio-ts/protocol';
import { recordSize } from '@fluvio-ts/protocol';
import { abortedError } from '../connection/timer.ts';
import { clientError, reasonOf } from '../errors.ts';
import type { Waiting } from './admission.ts';
import type { ByteBudget } from './budget.ts';
import type { Caller, GroupOutcome } from './callers.ts';
import { groupCaller, SendCaller } from './callers.ts';
import { checkRecord } from './check-record.ts';
import type { Lane } from './lane.ts';
import type { ProducerSettings } from './options.ts';
import type { Partitions } from './partitions.ts';
import type { ProducerRecord, SendResult } from './result.ts';

/** Room for a batch's header and a record's framing inside a request. */
const ENVELOPE_BYTES = 128;
/** A text never has more bytes than this many times its characters. */
const MOST_BYTES_PER_CHARACTER = 3;

/** What a record costs in memory besides its bytes, measured: its promise and result, its share of a group's, or next to nothing. */
const SEND_COST_BYTES = 512;
const GROUP_COST_BYTES = 192;
const LOOSE_COST_BYTES = 48;

/** Where records go. */
export interface HandOverParts<R> {
  readonly topic: string;
  readonly settings: ProducerSettings;
  readonly encode: (record: R) => ProducerRecord;
  readonly budget: ByteBudget;
  readonly partitions: Partitions;
  readonly laneOf: (partition: number) => Lane;
  /** Puts someone in line who found no room. */
  readonly waitInLine: (bytes: number, signal: AbortSignal | undefined, waiting: Waiting) => void;
  /** @throws `produce/closed`, `client/closed` */
  readonly checkOpen: () => void;
  /** A record has entered its lane. */
  readonly entered: () => void;
}

/** The ways of handing records over, as a producer has them. */
export interface HandOver<R> {
  send(record: R, signal: AbortSignal | undefined): Promise<SendResult>;
  sendAll(records: readonly R[], signal: AbortSignal | undefined): Promise<SendResult[]>;
  /** `caller` hears of records that are not delivered. */
  enqueue(record: R, caller: Caller): Promise<void> | undefined;
}

/** Makes them. */
export function handOver<R>({
  topic,
  settings,
  encode,
  budget,
  partitions,
  laneOf,
  waitInLine,
  checkOpen,
  entered,
}: HandOverParts<R>): HandOver<R> {
  const { maxRequestBytes, bufferBytes, whenFull } = settings;

  const full = (): FluvioError => clientError('produce/buffer-full', { topic, bufferBytes, timeoutMs: 0 });

  const checkWanted = (signal: AbortSignal | undefined): void => {
    if (signal?.aborted === true) throw abortedError(`sending to topic '${topic}'`, signal);
  };

  /** The record as it will be sent, if it can be. */
  const accepted = (given: R): ProducerRecord => {
    const record = encode(given);
    checkRecord(topic, record);
    const { key = null, value, partition } = record;
    const limitBytes = maxRequestBytes - ENVELOPE_BYTES;
    const atMost = ((key?.length ?? 0) + value.length) * MOST_BYTES_PER_CHARACTER;
    if (atMost > limitBytes) {
      const sizeBytes = recordSize(key, value);
      if (sizeBytes > limitBytes) throw clientError('produce/too-large', { topic, sizeBytes, limitBytes });
    }
    if (partition !== undefined) partitions.check(partition);
    return record;
  };

  const heldBytes = ({ key, value }: ProducerRecord, cost: number): number => (key?.length ?? 0) + value.length + cost;

  /** Puts a record into its lane; its bytes are taken from the budget already. */
  const append = (record: ProducerRecord, held: number, caller: Caller, position: number): void => {
    try {
      const { key = null, value } = record;
      const partition = partitions.choose(record.partition, key, value);
      laneOf(partition).append(key, value, record.timestampMs ?? Date.now(), held, caller, position);
      entered();
    } catch (error) {
      budget.give(held);
      caller.drop(record, error);
    }
  };

  const send = (given: R, signal: AbortSignal | undefined): Promise<SendResult> => {
    const caller = new SendCaller();
    try {
      checkOpen();
      checkWanted(signal);
      const record = accepted(given);
      const held = heldBytes(record, SEND_COST_BYTES);
      if (budget.take(held)) append(record, held, caller, 0);
      else if (whenFull === 'reject') throw full();
      else {
        waitInLine(held, signal, {
          admitted() {
            append(record, held, caller, 0);
            return 0;
          },
          refused: (error) => caller.drop(record, error),
        });
      }
    } catch (error) {
      caller.fail(error);
    }
    return caller.promise;
  };

  const sendAll = (given: readonly R[], signal: AbortSignal | undefined): Promise<SendResult[]> =>
    handled((resolve, reject) => {
      checkOpen();
      checkWanted(signal);
      const records = given.map(accepted);
      if (records.length === 0) {
        resolve([]);
        return;
      }
      const caller = groupCaller(records.length, (outcome) => settleGroup(outcome, resolve, reject));
      let next = 0;
      const put = (): number => {
        const position = next++;
        const record = records[position] as ProducerRecord;
        append(record, heldBytes(record, GROUP_COST_BYTES), caller, position);
        const following = records[next];
        return following === undefined ? 0 : heldBytes(following, GROUP_COST_BYTES);
      };
      const dropRest = (error: unknown): void => {
        for (const record of records.slice(next)) caller.drop(record, error);
      };
      let wanted = heldBytes(records[0] as ProducerRecord, GROUP_COST_BYTES);
      while (wanted > 0 && budget.take(wanted)) wanted = put();
      if (wanted === 0) return;
      if (whenFull === 'reject') dropRest(full());
      else waitInLine(wanted, signal, { admitted: put, refused: dropRest });
    });

  const settleGroup = (
    { results, failed, error }: GroupOutcome,
    resolve: (results: SendResult[]) => void,
    reject: (error: unknown) => void,
  ): void => {
    const acknowledged = results.length - failed;
    if (failed === 0) resolve(results as SendResult[]);
    else if (acknowledged === 0) reject(error);
    else
      reject(clientError('produce/partial', { topic, acknowledged, failed, results, reason: reasonOf(error) }, error));
  };

  let looseWaitingBytes = 0;
  let room: Promise<void> | undefined;
  const enqueue = (given: R, caller: Caller): Promise<void> | undefined => {
    checkOpen();
    const record = accepted(given);
    const held = heldBytes(record, LOOSE_COST_BYTES);
    if (budget.take(held)) {
      append(record, held, caller, 0);
      return undefined;
    }
    if (whenFull === 'reject') throw full();
    if (room !== undefined && looseWaitingBytes + held > bufferBytes) {
      caller.drop(record, full());
      return room;
    }
    looseWaitingBytes += held;
    const mine = new Promise<void>((resolve) => {
      const done = (): void => {
        looseWaitingBytes -= held;
        if (looseWaitingBytes === 0) room = undefined;
        resolve();
      };
      waitInLine(held, undefined, {
        admitted() {
          append(record, held, caller, 0);
          done();
          return 0;
        },
        refused(error) {
          caller.drop(record, error);
          done();
        },
      });
    });
    room = mine;
    return mine;
  };

  return { send, sendAll, enqueue };
}

/** A promise whose rejection does not end the process when nobody listens. */
function handled<T>(run: (resolve: (value: T) => void, reject: (error: unknown) => void) => void): Promise<T> {
  const promise = new Promise<T>(run);
  promise.catch(() => {});
  return promise;
}
