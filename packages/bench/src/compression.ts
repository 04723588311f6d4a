/**
 * Benchmark of the compression codecs: `node packages/bench/dist/compression.js`, with words to select cases by.
 *
 * A megabyte of JSON lines, each case in a process of its own. Codecs "in browsers" are the build for browsers, run here.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { realpathSync } from 'node:fs';
import { loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { codecs } from '@fluvio-ts/compression';
import type { Codecs } from '@fluvio-ts/protocol';
import { type BenchRow, formatRows, spread } from './row.ts';

const program = fileURLToPath(import.meta.url);
/** In the environment of a process that is to measure one case and send the result. */
const CASE = 'FLUVIO_BENCH_COMPRESSION_CASE';
const CONTENT_BYTES = 1_000_000;
const WARM_UP_MS = 400;
const ROUNDS = 60;

type Codec = Required<Codecs>[(typeof names)[number]];

interface CompressionCase {
  readonly name: string;
  readonly load: () => Promise<Codec>;
  readonly compresses: boolean;
}

/** Why a case has no number. */
interface Failure {
  readonly failed: string;
}

interface Sample {
  /** One value per round. */
  readonly megabytesPerSecond: readonly number[];
  readonly ratio: number;
}

const names = ['gzip', 'snappy', 'lz4', 'zstd'] as const;

const cases: readonly CompressionCase[] = [
  ...names.map((name) => ({ name: `${name} compress`, compresses: true, load: async () => codecs()[name] })),
  ...names.map((name) => ({ name: `${name} decompress`, compresses: false, load: async () => codecs()[name] })),
  // Browsers compress gzip by what they have, and zstd not at all.
  ...(['gzip', 'zstd'] as const).map((name) => ({
    name: `${name} decompress, in browsers`,
    compresses: false,
    load: async () => (await codecsForBrowsers())[name],
  })),
];

/** By address, because the package's name stands for the build for Node. */
async function codecsForBrowsers(): Promise<Required<Codecs>> {
  const address = new URL('browser.js', import.meta.resolve('@fluvio-ts/compression')).href;
  const build: { readonly codecs: typeof codecs } = await import(address);
  return build.codecs();
}

/** Measures every codec, one case after another. */
export async function compressionRows(words: readonly string[] = []): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const { name } of cases.filter((candidate) => words.every((word) => candidate.name.includes(word)))) {
    const { megabytesPerSecond, ratio } = await measureApart(name);
    rows.push({ case: name, unit: 'MB/s', ...spread(megabytesPerSecond), note: `ratio ${ratio.toFixed(2)}` });
  }
  return rows;
}

async function measureApart(name: string): Promise<Sample> {
  const child = fork(program, { env: { ...process.env, [CASE]: name } });
  const exit = once(child, 'exit');
  // A disconnect comes after every message, which an exit may not.
  const [sample] = (await Promise.race([once(child, 'message'), once(child, 'disconnect')])) as [
    Sample | Failure | undefined,
  ];
  const [exitCode] = await exit;
  if (sample === undefined) throw new Error(`measuring "${name}" ended with exit code ${exitCode} and no result`);
  if ('failed' in sample) throw new Error(`measuring "${name}" failed: ${sample.failed}`);
  return sample;
}

/** The rate counts bytes that are not compressed, and the time until the answer is there, in whatever thread it is made. */
async function measure({ load, compresses }: CompressionCase): Promise<Sample> {
  const codec = await load();
  const content = jsonLines(CONTENT_BYTES);
  const compressed = await codecs()[codec.name].compress(content);
  const run = compresses
    ? () => codec.compress(content)
    : () => codec.decompress(compressed, { maxBytes: CONTENT_BYTES });
  for (const end = performance.now() + WARM_UP_MS; performance.now() < end; ) await run();
  const megabytesPerSecond: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const begin = performance.now();
    await run();
    megabytesPerSecond.push(CONTENT_BYTES / 1000 / (performance.now() - begin));
  }
  return { megabytesPerSecond, ratio: CONTENT_BYTES / compressed.length };
}

/** Readings of sensors with notes in made-up words: a general-purpose compressor makes them four to five times smaller. */
function jsonLines(bytes: number): Uint8Array {
  let state = 1;
  const below = (bound: number): number => {
    state = (state + 0x6d2b_79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % bound;
  };
  const pick = (words: readonly string[]): string => words[below(words.length)] ?? '';
  const syllables = ['ka', 'lo', 'mi', 'ren', 'ta', 'vo', 'sul', 'ber', 'an', 'ish', 'tor', 'pe', 'na', 'gu', 'el'];
  const words = Array.from({ length: 600 }, () => Array.from({ length: 2 + below(3) }, () => pick(syllables)).join(''));
  const lines: string[] = [];
  for (let size = 0, id = 0; size < bytes; id++) {
    const line = `${JSON.stringify({
      id,
      trace: below(2 ** 31).toString(16) + below(2 ** 31).toString(36),
      at: 1_700_000_000_000 + id * 37 + below(30),
      device: `${pick(words)}-${below(1000)}`,
      user: `u${below(100_000)}@example.com`,
      temperature: below(10_000) / 100,
      humidity: below(100_000) / 1000,
      status: pick(['ok', 'degraded']),
      note: Array.from({ length: 5 + below(6) }, () => pick(words)).join(' '),
    })}\n`;
    lines.push(line);
    size += line.length;
  }
  return new TextEncoder().encode(lines.join('')).slice(0, bytes);
}

/** What this program does when it is run, not imported. */
async function main(words: readonly string[]): Promise<void> {
  const name = process.env[CASE];
  if (name !== undefined) {
    const found = cases.find((candidate) => candidate.name === name);
    try {
      if (found === undefined) throw new Error('there is no such case');
      process.send?.(await measure(found));
    } catch (error) {
      process.send?.({ failed: String(error) } satisfies Failure);
    }
    process.disconnect();
    return;
  }
  const [load = 0] = loadavg();
  console.log(`Node ${process.versions.node}, load ${load.toFixed(1)}, ${ROUNDS} rounds per case\n`);
  console.log(formatRows(await compressionRows(words)));
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === program) await main(process.argv.slice(2));
