/** What modules get from the system: random numbers, the time, and silence. */
import { expect, test } from 'vitest';
import { ModuleExit, wasi } from './wasi.ts';

const memory = new ArrayBuffer(256);
const view = new DataView(memory);
const host = wasi(() => memory);
const call = (name: string, ...args: unknown[]): number => (host.stub(name) as (...args: unknown[]) => number)(...args);

test('no arguments, environment or files', () => {
  view.setUint32(0, 99);
  view.setUint32(4, 99);
  expect(call('environ_sizes_get', 0, 4)).toBe(0);
  expect([view.getUint32(0), view.getUint32(4)]).toEqual([0, 0]);
  expect(call('args_sizes_get', 0, 4)).toBe(0);
  expect(call('fd_prestat_get', 3, 0)).toBe(8);
  expect(call('path_open', 3)).toBe(52);
  expect(call('sock_accept', 3)).toBe(52);
});

test('random numbers', () => {
  new Uint8Array(memory).fill(0);
  expect(call('random_get', 0, 200)).toBe(0);
  expect(new Set(new Uint8Array(memory, 0, 200)).size).toBeGreaterThan(20);
  expect(new Uint8Array(memory, 200).every((byte) => byte === 0)).toBe(true);
  expect(() => call('random_get', 200, 100)).toThrow(RangeError);
});

test('the time', () => {
  expect(call('clock_time_get', 0, 0n, 8)).toBe(0);
  const now = Number(view.getBigUint64(8, true) / 1_000_000n);
  expect(Math.abs(now - Date.now())).toBeLessThan(5_000);
  expect(call('clock_time_get', 1, 0n, 8)).toBe(0);
  expect(call('clock_time_get', 9, 0n, 8)).toBe(28);
});

test('stdout is dropped, the end of stderr is kept', () => {
  const write = (file: number, text: string): number => {
    new Uint8Array(memory).set(new TextEncoder().encode(text), 64);
    view.setUint32(0, 64, true);
    view.setUint32(4, text.length, true);
    return call('fd_write', file, 0, 1, 8);
  };
  expect(write(1, 'out')).toBe(0);
  expect(view.getUint32(8, true)).toBe(3);
  expect(host.takeErrorOutput()).toBe('');
  for (let i = 0; i < 1_000; i++) write(2, `${i} `);
  const kept = host.takeErrorOutput();
  expect(kept.length).toBeLessThanOrEqual(2048);
  expect(kept).toMatch(/ 998 999$/);
  expect(host.takeErrorOutput()).toBe('');
  expect(write(3, 'x')).toBe(8);
});

test('an exit is an error', () => {
  expect(() => call('proc_exit', 3)).toThrow(ModuleExit);
});
