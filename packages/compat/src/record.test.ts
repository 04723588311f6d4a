/** Records of ours in the clothes of the official client. */
import type { ConsumerRecord } from '@fluvio-ts/node';
import { expect, test } from 'vitest';
import { compatRecord } from './record.ts';

const bytes = new TextEncoder().encode('..key..välue..');

/** A record whose key and value are views into a larger buffer, as those of an answer are. */
const record = (key: Uint8Array | null): ConsumerRecord => {
  const text = (content: Uint8Array) => new TextDecoder().decode(content);
  const value = bytes.subarray(7, 13);
  return { key, value, keyText: () => (key === null ? null : text(key)), text: () => text(value) } as ConsumerRecord;
};

test('keys and values are copies of their own bytes, not of the whole answer', () => {
  const dressed = compatRecord(record(bytes.subarray(2, 5)));
  expect(new Uint8Array(dressed.key() ?? new ArrayBuffer(0))).toEqual(new TextEncoder().encode('key'));
  expect(new Uint8Array(dressed.value())).toEqual(new TextEncoder().encode('välue'));
  expect([dressed.keyString(), dressed.valueString(), dressed.hasKey()]).toEqual(['key', 'välue', true]);
  new Uint8Array(dressed.value()).fill(0);
  expect(dressed.valueString()).toBe('välue');
});

test('no key and an empty key are two things', () => {
  const none = compatRecord(record(null));
  expect([none.key(), none.hasKey(), none.keyString()]).toEqual([null, false, null]);
  const empty = compatRecord(record(new Uint8Array(0)));
  expect([empty.key()?.byteLength, empty.hasKey(), empty.keyString()]).toEqual([0, true, '']);
});
