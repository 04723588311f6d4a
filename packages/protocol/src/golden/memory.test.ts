/** What decoding costs in memory, measured: the densest message of every kind takes no more than its bytes times a constant. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { Reader } from '../wire/reader.ts';
import { list, struct } from '../wire/schema.ts';
import { Writer } from '../wire/writer.ts';
import { denseValues } from './fuzz/dense.ts';
import { everyMessage } from './fuzz/seeds.ts';
import { weightOf } from './fuzz/weight.ts';

setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');

/** Bytes of heap and buffers that are in use, garbage not counted. */
const used = (): number => {
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
};

/** What `make` makes, and what that takes. It must be in use until it was measured. */
const measured = <T>(make: () => T): { readonly value: T; readonly bytes: number } => {
  const before = used();
  const value = make();
  return { bytes: used() - before, value };
};

/** Most bytes of memory for each byte of a frame. */
const LIMIT = 64;
/** Items of each list, and how many of the densest messages are measured; the others are estimated only. */
const ITEMS = 500;
const MEASURED = 8;

test(`the densest messages take less than ${LIMIT} bytes for each of their own`, () => {
  const dense = everyMessage.flatMap(({ title, type, api }) =>
    denseValues(type, api.max, ITEMS).map(({ path, value }) => {
      const codec = type.at(api.max);
      const writer = new Writer();
      codec.write(writer, value);
      const body = writer.finish();
      return { title: `${title} ${path}`, codec, body, estimated: weightOf(value) / body.length };
    }),
  );
  dense.sort((a, b) => b.estimated - a.estimated);
  const rows = dense.slice(0, MEASURED).map(({ title, codec, body, estimated }) => {
    const copies = Math.ceil(200_000 / body.length);
    const decode = (): unknown[] => Array.from({ length: copies }, () => codec.read(new Reader(body)));
    // Once before, so that the machine code of the decoder does not count.
    decode();
    const { bytes } = measured(decode);
    return { title, measured: bytes / (copies * body.length), estimated };
  });

  const worst = Math.max(...rows.map((row) => row.measured));
  process.stdout.write(
    `memory: ${dense.length} dense messages, ${MEASURED} measured, at most ${worst.toFixed(1)} bytes per byte\n`,
  );
  expect(rows.filter((row) => row.measured >= LIMIT)).toEqual([]);
  // What the fuzzer goes by is no smaller than what is measured.
  expect(rows.filter((row) => row.measured > row.estimated)).toEqual([]);
});

test('items without bytes are no way around it', () => {
  const empty = list(struct({}));
  const body = new Uint8Array(4 + 10_000);
  new DataView(body.buffer).setUint32(0, 0x7fff_ffff);
  const { bytes } = measured(() => {
    expect(() => empty.at(0).read(new Reader(body))).toThrow(expect.objectContaining({ code: 'wire/invalid' }));
  });
  expect(bytes).toBeLessThan(body.length * LIMIT);
});
