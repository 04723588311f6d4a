/** Every message of both servers, at every version: random values, and cut bodies. */
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tracePart } from '../describe/parts.ts';
import type { Part } from '../describe/place.ts';
import type { FluvioError } from '../errors.ts';
import { isFluvioError } from '../errors.ts';
import { Reader } from '../wire/reader.ts';
import type { Type } from '../wire/schema.ts';
import { Writer } from '../wire/writer.ts';
import { arbitraryOf } from './arbitrary.ts';
import { everyMessage } from './fuzz/seeds.ts';
import { toHex } from './vectors.ts';

const encode = (type: Type<unknown>, version: number, value: unknown): Uint8Array => {
  const writer = new Writer(16);
  type.at(version).write(writer, value);
  return writer.finish();
};

/** Reads a body; an error of any other class fails the test. */
const read = (type: Type<unknown>, version: number, body: Uint8Array): { value: unknown } | { error: FluvioError } => {
  try {
    return { value: type.at(version).read(new Reader(body)) };
  } catch (error) {
    if (isFluvioError(error)) return { error };
    throw new Error(`version ${version}, ${toHex(body)}`, { cause: error });
  }
};

const check = (type: Type<unknown>, version: number, runs: number, holds: (value: unknown) => void): void => {
  fc.assert(fc.property(arbitraryOf(type, version), holds), { numRuns: runs });
};

/** Parts without parts, in order. */
const leaves = (parts: readonly Part[]): Part[] =>
  parts.flatMap((part) => (part.parts === undefined ? [part] : leaves(part.parts)));

describe.each(everyMessage)('$title', ({ type, api: { max } }) => {
  // Older versions, those of servers that we refuse included, must work as codecs.
  const versions = Array.from({ length: max + 1 }, (_, version) => version);

  it('comes back as it was, with no byte left, at every version', () => {
    for (const version of versions) {
      check(type, version, 12, (value) => {
        const reader = new Reader(encode(type, version, value));
        const back = type.at(version).read(reader);
        if (!isDeepStrictEqual(back, value)) expect(back, `version ${version}`).toEqual(value);
        expect(reader.remaining).toBe(0);
      });
    }
  });

  it('is wire/truncated wherever it is cut', () => {
    for (const version of versions) {
      check(type, version, 2, (value) => {
        const whole = encode(type, version, value);
        for (let size = 0; size < whole.length; size++) {
          const { error } = { error: undefined, ...read(type, version, whole.subarray(0, size)) };
          if (error?.code !== 'wire/truncated') {
            expect.fail(`version ${version}, ${size} bytes of ${toHex(whole)}: ${String(error)}`);
          }
        }
      });
    }
  });

  it('is read alike by the codec and by the interpreter of its schema, which accounts for every byte', () => {
    for (const version of versions) {
      fc.assert(
        fc.property(arbitraryOf(type, version), fc.nat(), fc.nat(255), (value, at, byte) => {
          const body = encode(type, version, value);
          const whole = tracePart(type, version, 'body', new Reader(body));
          if (!isDeepStrictEqual(whole.value, value)) expect(whole.value).toEqual(value);
          let end = 0;
          for (const part of leaves(whole.parts)) {
            expect(part.from).toBe(end);
            end = part.to;
          }
          expect(end).toBe(body.length);

          if (body.length > 0) body[at % body.length] = byte;
          const damaged = tracePart(type, version, 'body', new Reader(body));
          const expected = read(type, version, body);
          const { error, value: traced } = { error: undefined, value: undefined, ...damaged };
          if ('error' in expected) {
            expect([error?.code, error?.message]).toEqual([expected.error.code, expected.error.message]);
          } else if (!isDeepStrictEqual(traced, expected.value)) {
            expect(traced).toEqual(expected.value);
          }
        }),
        { numRuns: 6 },
      );
    }
  });
});
