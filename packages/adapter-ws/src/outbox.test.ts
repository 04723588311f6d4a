import { TUNNEL_MAX_MESSAGE_BYTES } from '@fluvio-ts/protocol/internal';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { messages } from './outbox.ts';

const KIB = 1024;

const sizes = (...chunks: number[]): number[] =>
  [...messages(chunks.map((size) => new Uint8Array(size)))].map((message) => message.length);

test('small chunks share a message, large ones have their own, and none is over the limit', () => {
  expect(sizes()).toEqual([]);
  expect(sizes(10, 20, 30)).toEqual([60]);
  expect(sizes(10, 100 * KIB, 20)).toEqual([10, 100 * KIB, 20]);
  expect(sizes(...Array.from({ length: 40 }, () => KIB))).toEqual([16 * KIB, 16 * KIB, 8 * KIB]);
  expect(sizes(TUNNEL_MAX_MESSAGE_BYTES)).toEqual([TUNNEL_MAX_MESSAGE_BYTES]);
  expect(sizes(TUNNEL_MAX_MESSAGE_BYTES * 2 + 1)).toEqual([TUNNEL_MAX_MESSAGE_BYTES, TUNNEL_MAX_MESSAGE_BYTES, 1]);
});

test('a large chunk is not copied', () => {
  const large = new Uint8Array(64 * KIB);
  expect([...messages([large])][0]?.buffer).toBe(large.buffer);
});

test('messages are the chunks, byte for byte and in order', () => {
  const size = fc.oneof(fc.nat(100), fc.integer({ min: 16 * KIB - 2, max: 16 * KIB + 2 }));
  fc.assert(
    fc.property(fc.array(size, { maxLength: 12 }), (list) => {
      let next = 0;
      const chunks = list.map((length) => Uint8Array.from({ length }, () => next++ & 0xff));
      const sent = [...messages(chunks)];
      expect(Buffer.compare(Buffer.concat(sent), Buffer.concat(chunks))).toBe(0);
      expect(sent.every((message) => message.length > 0 && message.length <= TUNNEL_MAX_MESSAGE_BYTES)).toBe(true);
    }),
    { numRuns: 50 },
  );
});
