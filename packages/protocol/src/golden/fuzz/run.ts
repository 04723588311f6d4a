/** The loop of the fuzzer: cases from a seed, each named so that it can be repeated, none allowed to hang. */
import { createContext, Script } from 'node:vm';
import { toHex } from '../vectors.ts';
import { batchSeeds } from './batches.ts';
import { mutate } from './mutate.ts';
import type { Random } from './random.ts';
import { random } from './random.ts';
import type { Seed } from './seeds.ts';
import type { Outcome } from './survive.ts';
import { surviveBatches, surviveDescription, surviveMessage, surviveRecords, surviveStream } from './survive.ts';

/** What to damage, and how much of it. */
export interface FuzzOptions {
  readonly seed: number;
  readonly runs: number;
  readonly seeds: readonly Seed[];
  /** What 500 cases may take together. Default 20,000, a thousand times what they do. */
  readonly timeoutMs?: number;
  /** Told of every case and what came of it. */
  readonly onCase?: (fuzzed: FuzzedCase) => void;
}

/** One case: what the bytes were taken for. */
export interface FuzzedCase {
  /** A message's title, `batches`, `records` or `stream`. */
  readonly target: string;
  /** Of the message; 0 for everything else. */
  readonly version: number;
  readonly bytes: Uint8Array;
  readonly outcome: Outcome;
}

/** How many cases came to what. */
export interface FuzzReport {
  readonly runs: number;
  readonly outcomes: ReadonlyMap<Outcome['code'], number>;
}

/** Cases under one time limit, whose thread is started once for all of them. */
const CHUNK = 500;
const CHUNK_TIMEOUT_MS = 20_000;
/** The limit of the streams' frames; below some of the frames, so that it is met. */
const STREAM_LIMIT_BYTES = 1024;

/** Runs the cases. The first that fails ends the run, with an error that says how to repeat it. */
export function fuzz({ seed, runs, seeds, timeoutMs = CHUNK_TIMEOUT_MS, onCase }: FuzzOptions): FuzzReport {
  const outcomes = new Map<Outcome['code'], number>();
  const batches = batchSeeds(random(seed));
  let at = 0;
  let current: Omit<FuzzedCase, 'outcome'> | undefined;

  const chunk = (): void => {
    for (const end = Math.min(at + CHUNK, runs); at < end; at++) {
      current = undefined;
      const dice = random(seed + Math.imul(at, 0x9e37_79b1));
      const next = caseOf(dice, seeds, batches);
      current = next;
      const outcome = next.run();
      outcomes.set(outcome.code, (outcomes.get(outcome.code) ?? 0) + 1);
      onCase?.({ ...next, outcome });
    }
  };

  // The engine's own time limit also stops a loop that never ends.
  const script = new Script('chunk()');
  const context = createContext({ chunk });
  while (at < runs) {
    try {
      script.runInContext(context, { timeout: timeoutMs });
    } catch (error) {
      const { target = 'nothing yet', version = 0, bytes = new Uint8Array(0) } = current ?? {};
      throw new Error(
        `case ${at} of seed ${seed}: ${target} at version ${version}, bytes ${toHex(bytes)}: ${String(error)}`,
        { cause: error },
      );
    }
  }
  return { runs, outcomes };
}

/** A case that is yet to run. */
interface NextCase {
  readonly target: string;
  readonly version: number;
  readonly bytes: Uint8Array;
  readonly run: () => Outcome;
}

function caseOf(dice: Random, seeds: readonly Seed[], batches: readonly Seed[]): NextCase {
  const kind = dice.below(10);
  if (kind < 7) {
    const seed = dice.pick(seeds);
    const bytes = mutate(seed, dice, seeds);
    const { message, version } = seed;
    const described = dice.below(16) === 0;
    return {
      target: message.title,
      version,
      bytes,
      run: () => {
        if (described) surviveDescription(message, version, bytes);
        return surviveMessage(message, version, bytes);
      },
    };
  }
  if (kind < 9) {
    const bytes = mutate(dice.pick(batches), dice, batches);
    if (kind === 7) return { target: 'batches', version: 0, bytes, run: () => surviveBatches(bytes) };
    const payload = bytes.subarray(Math.min(57, bytes.length));
    return { target: 'records', version: 0, bytes: payload, run: () => surviveRecords(payload) };
  }
  const stream = streamOf(dice, seeds);
  const sizes = Array.from({ length: 1 + dice.below(4) }, () => 1 + dice.below(dice.pick([2, 9, 200])));
  return {
    target: 'stream',
    version: 0,
    bytes: stream,
    run: () => surviveStream(stream, sizes, STREAM_LIMIT_BYTES),
  };
}

/** Up to four frames with their lengths, damaged as a whole or not. */
function streamOf(dice: Random, seeds: readonly Seed[]): Uint8Array {
  const frames = Array.from({ length: 1 + dice.below(4) }, () => dice.pick(seeds));
  const whole: number[] = [];
  const heads = [];
  for (const { frame } of frames) {
    heads.push({ at: whole.length, width: 4 } as const);
    const length = new DataView(new ArrayBuffer(4));
    length.setUint32(0, frame.length);
    whole.push(...new Uint8Array(length.buffer), ...frame);
  }
  const stream: Seed = { ...(frames[0] as Seed), frame: Uint8Array.from(whole), heads };
  return dice.below(4) === 0 ? stream.frame : mutate(stream, dice, seeds);
}
