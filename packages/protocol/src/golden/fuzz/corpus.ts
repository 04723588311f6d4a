/**
 * The damaged frames that are kept: one of every kind of outcome of every message, replayed by each test run.
 *
 * Files of `corpus/` are lines of version, outcome and hexadecimal bytes. All of it stems from our own encoder.
 */
// biome-ignore-all lint/correctness/noNodejsModules: test support, neither built nor published
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fromHex, toHex } from '../vectors.ts';
import type { FuzzedCase } from './run.ts';
import { everyMessage } from './seeds.ts';
import type { Outcome } from './survive.ts';
import { surviveBatches, surviveMessage, surviveRecords, surviveStream } from './survive.ts';

const folder = join(import.meta.dirname, '../corpus');
/** Larger finds are not kept. */
const LONGEST = 150;

/** A kept case. */
export interface KeptCase {
  readonly target: string;
  readonly version: number;
  /** Code of the outcome. */
  readonly code: string;
  readonly bytes: Uint8Array;
}

/** Reads the corpus. */
export function loadCorpus(): KeptCase[] {
  return readdirSync(folder)
    .sort()
    .flatMap((file) =>
      readFileSync(join(folder, file), 'utf8')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => {
          const [version, code = '', hex = ''] = line.split(' ');
          return { target: file.replace(/\.txt$/, ''), version: Number(version), code, bytes: fromHex(hex) };
        }),
    );
}

/** Runs one kept case again. */
export function replayCase({ target, version, bytes }: Pick<KeptCase, 'target' | 'version' | 'bytes'>): Outcome {
  switch (target) {
    case 'batches':
      return surviveBatches(bytes);
    case 'records':
      return surviveRecords(bytes);
    case 'stream':
      return surviveStream(bytes, [1], 1024);
    default: {
      const message = everyMessage.find(({ title }) => title === target);
      if (message === undefined) throw new Error(`the corpus has a file ${target}, and no message is called so`);
      return surviveMessage(message, version, bytes);
    }
  }
}

/** Keeps the first case of every kind; `save` writes what the corpus lacks. */
export function collector(): { add(fuzzed: FuzzedCase): void; save(): number } {
  const kept = loadCorpus();
  const known = new Set(kept.map((one) => kindOf(one.target, replayCase(one))));
  const found = new Map<string, KeptCase>();
  return {
    add({ target, version, bytes, outcome }) {
      const kind = kindOf(target, outcome);
      if (known.has(kind) || found.has(kind) || bytes.length > LONGEST) return;
      found.set(kind, { target, version, code: outcome.code, bytes: bytes.slice() });
    },
    save() {
      const all = [...kept, ...found.values()];
      for (const target of new Set(all.map((one) => one.target))) {
        const lines = all
          .filter((one) => one.target === target)
          .map(({ version, code, bytes }) => `${version} ${code} ${toHex(bytes)}\n`);
        writeFileSync(join(folder, `${target}.txt`), lines.join(''));
      }
      return found.size;
    },
  };
}

/** An outcome without the numbers and names that are of one case only; but bytes that are missing are of 1, 2, 4, 8 or more. */
function kindOf(target: string, { code, detail }: Outcome): string {
  if (code === 'wire/crc-mismatch') return `${target} ${code}`;
  const missing = / (1|2|4|8) more/.exec(detail)?.[1] ?? '';
  const text = detail.replace(/'.*' (?=\(|where)/s, "'…' ").replace(/-?\d+/g, 'N');
  return `${target} ${code} ${missing} ${text}`;
}
