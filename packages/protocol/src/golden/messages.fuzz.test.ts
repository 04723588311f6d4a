/** Every message of both servers, at every version: random values, cut bodies and damaged bodies. */
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FluvioError } from '../errors.ts';
import { isFluvioError } from '../errors.ts';
import type { Api } from '../messages/api.ts';
import { scApis } from '../messages/sc/apis.ts';
import { spuApis } from '../messages/spu/apis.ts';
import { Reader } from '../wire/reader.ts';
import type { Type } from '../wire/schema.ts';
import { Writer } from '../wire/writer.ts';
import { arbitraryOf } from './arbitrary.ts';
import { toHex } from './vectors.ts';

interface Message {
  readonly title: string;
  readonly type: Type<unknown>;
  /** The newest version; older ones, those of servers that we refuse included, must work as codecs. */
  readonly max: number;
}

const messages: Message[] = [...Object.values(scApis), ...Object.values(spuApis)].flatMap((api) => {
  const { server, name, request, response, max } = api as Api<unknown, unknown>;
  return [
    { title: `${server} ${name} request`, type: request, max },
    { title: `${server} ${name} response`, type: response, max },
  ];
});

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

/** Whatever a body says: a value that is written again and read back the same, or a FluvioError in reading or writing. */
const survive = (type: Type<unknown>, version: number, body: Uint8Array): void => {
  const first = read(type, version, body);
  if (!('value' in first)) return;
  let again: Uint8Array;
  try {
    again = encode(type, version, first.value);
  } catch (error) {
    if (isFluvioError(error, 'wire/unwritable')) return;
    throw new Error(`version ${version}, ${toHex(body)}`, { cause: error });
  }
  const second = read(type, version, again);
  if (!isDeepStrictEqual(second, first)) expect(second, `version ${version}, ${toHex(body)}`).toEqual(first);
};

const check = (type: Type<unknown>, version: number, runs: number, holds: (value: unknown) => void): void => {
  fc.assert(fc.property(arbitraryOf(type, version), holds), { numRuns: runs });
};

describe.each(messages)('$title', ({ type, max }) => {
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

  it('is a value or a FluvioError when bytes are damaged', () => {
    for (const version of versions) {
      const damage = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 4 });
      fc.assert(
        fc.property(arbitraryOf(type, version), damage, (value, hits) => {
          const body = encode(type, version, value);
          if (body.length > 0) for (const [at, byte] of hits) body[at % body.length] = byte;
          survive(type, version, body);
        }),
        { numRuns: 12 },
      );
    }
  });

  it('is a value or a FluvioError when bytes are random', () => {
    fc.assert(
      fc.property(fc.constantFrom(...versions), fc.uint8Array({ maxLength: 200 }), (version, body) => {
        survive(type, version, body);
      }),
      { numRuns: 100 },
    );
  });
});
