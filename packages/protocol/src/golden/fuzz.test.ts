/**
 * Damaged frames, record sets and streams. The number of cases and the seed come from the environment, for the long runs
 * of `npm run fuzz`.
 */
import { expect, test } from 'vitest';
import { collector, loadCorpus, replayCase } from './fuzz/corpus.ts';
import { fuzz } from './fuzz/run.ts';
import { capturedSeeds, everyMessage, ownSeeds } from './fuzz/seeds.ts';
import { loadVectors, toHex } from './vectors.ts';

/** Set to add finds of a new kind to the corpus; only frames of our own encoder are damaged then. */
const collecting = process.env.FLUVIO_FUZZ_COLLECT !== undefined;
const seed = Number(process.env.FLUVIO_FUZZ_SEED ?? 1);
const runs = Number(process.env.FLUVIO_FUZZ_RUNS ?? 200_000);

test(`${runs} damaged cases of seed ${seed} are values or FluvioErrors, in time and within bounds`, () => {
  const vectors = loadVectors();
  const captured = vectors.kind === 'present' && !collecting ? capturedSeeds(vectors.frames) : [];
  const seeds = [...ownSeeds(seed, 3), ...captured];
  const corpus = collecting ? collector() : undefined;
  const began = performance.now();
  const { outcomes } = fuzz({ seed, runs, seeds, onCase: (fuzzed) => corpus?.add(fuzzed) });
  const counts = [...outcomes].sort(([, a], [, b]) => b - a).map(([outcome, count]) => `${outcome} ${count}`);
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  if (corpus !== undefined) process.stdout.write(`fuzz: ${corpus.save()} new kinds of outcome kept\n`);
  process.stdout.write(`fuzz: ${runs} cases from ${seeds.length} frames in ${seconds} s: ${counts.join(', ')}\n`);
  expect([...outcomes.values()].reduce((sum, count) => sum + count, 0)).toBe(runs);
}, 3_600_000);

test('kept cases come to what they came to', () => {
  const kept = loadCorpus();
  const outcomes = kept.map((one) => [one.target, one.version, toHex(one.bytes), replayCase(one).code]);
  expect(outcomes).toEqual(kept.map((one) => [one.target, one.version, toHex(one.bytes), one.code]));
  expect(new Set(kept.map(({ target }) => target))).toEqual(
    new Set([...everyMessage.map(({ title }) => title), 'batches', 'records', 'stream']),
  );
});

test('a case that hangs or throws is told with its seed and its bytes', () => {
  const seeds = ownSeeds(1, 1);
  const hang = (): void => {
    for (;;);
  };
  const named = /^case 0 of seed 5: [a-z-]+ at version \d+, bytes [0-9a-f]*: /;
  expect(() => fuzz({ seed: 5, runs: 1, seeds, timeoutMs: 200, onCase: hang })).toThrow(named);
  expect(() => fuzz({ seed: 5, runs: 1, seeds, timeoutMs: 200, onCase: hang })).toThrow('timed out after 200ms');
  const fail = (): void => {
    throw new RangeError('by hand');
  };
  expect(() => fuzz({ seed: 5, runs: 1, seeds, onCase: fail })).toThrow(/: RangeError: by hand$/);
});
