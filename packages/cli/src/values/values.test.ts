import { expect, test } from 'vitest';
import { duration, formatDuration, formatElapsed, wholeSeconds } from './duration.ts';
import { hostPort } from './host-port.ts';
import { integer, offset } from './integer.ts';
import { isolation } from './isolation.ts';
import { formatSize, size } from './size.ts';

const DAY = 86_400_000;

test.each([
  ['0', 0],
  ['0ms', 0],
  ['150ms', 150],
  ['1.5s', 1500],
  ['10s', 10_000],
  ['5 minutes', 300_000],
  ['1h 30m', 5_400_000],
  ['1h30m', 5_400_000],
  ['7d', 7 * DAY],
  ['7days', 7 * DAY],
  ['2w', 14 * DAY],
  ['1month', 2_630_016_000],
  ['1M', 2_630_016_000],
  ['1m', 60_000],
  ['1year', 31_557_600_000],
  [' 3 s ', 3000],
])('the duration %s is %i ms', (text, ms) => {
  expect(duration(text)).toBe(ms);
});

test.each(['', '7', 's', '-1s', '1x', '1s x', '5 minutess', '1e3s', 'Infinity'])('%o is no duration', (text) => {
  expect(() => duration(text)).toThrow('is not a duration');
});

test('seconds are whole', () => {
  expect(wholeSeconds('2000ms')).toBe(2);
  expect(() => wholeSeconds('1.5s')).toThrow('whole number of seconds');
});

test.each([
  [7 * DAY, '7days'],
  [DAY, '1day'],
  [3_600_000, '1h'],
  [5_400_000, '1h 30m'],
  [90_500, '1m 30s 500ms'],
  [0, '0s'],
])('%i ms reads %s, and back', (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
  expect(duration(text)).toBe(ms);
});

test('elapsed time is rounded', () => {
  expect([44, 999, 1234, 59_940, 250_000].map(formatElapsed)).toEqual(['44 ms', '999 ms', '1.2 s', '59.9 s', '4m 10s']);
});

test.each([
  ['4096', 4096],
  ['10MiB', 10_485_760],
  ['10MB', 10_000_000],
  ['2 Ki', 2048],
  ['2k', 2000],
  ['1.5GB', 1_500_000_000],
  ['1GiB', 1_073_741_824],
  ['7b', 7],
])('the size %s is %i bytes', (text, bytes) => {
  expect(size(text)).toBe(bytes);
});

test.each(['', 'x', '-1', '1e6', '5 i', '1 XB', '99999999999PB'])('%o is no size', (text) => {
  expect(() => size(text)).toThrow('is not a size');
});

test('sizes are written as the official command line does', () => {
  expect([0, 296, 999, 1200, 1_048_576, 10 ** 12].map(formatSize)).toEqual([
    '0 B',
    '296 B',
    '999 B',
    '1.2 KB',
    '1.0 MB',
    '1.0 TB',
  ]);
});

test('whole numbers have limits', () => {
  expect(integer(1, 3)('3')).toBe(3);
  for (const text of ['0', '4', '1.5', '', '-1', '0x1', '1e0', ' 1'])
    expect(() => integer(1, 3)(text)).toThrow(`'${text}' is not`);
});

test('offsets go beyond 2^53 and no further than 63 bits', () => {
  expect(offset('9223372036854775807')).toBe(2n ** 63n - 1n);
  for (const text of ['9223372036854775808', '-1', '1.0', '']) expect(() => offset(text)).toThrow('is not an offset');
});

test('isolation has many spellings', () => {
  for (const text of ['read_committed', 'ReadCommitted', 'readCommitted', 'read-committed', 'COMMITTED', 'committed']) {
    expect(isolation(text)).toBe('read_committed');
  }
  expect(isolation('read_uncommitted')).toBe('read_uncommitted');
});

test('addresses to listen at', () => {
  expect(hostPort('127.0.0.1:0')).toEqual({ host: '127.0.0.1', port: 0 });
  expect(hostPort('[::1]:9003')).toEqual({ host: '::1', port: 9003 });
  for (const text of ['9003', ':9003', 'h:', 'h:70000', 'http://h:1']) {
    expect(() => hostPort(text)).toThrow('is not an address');
  }
});
