import type { Client } from '@fluvio-ts/client';
import { expect, test } from 'vitest';
import { admin } from './admin.ts';

test('a client that connect() did not make is refused', () => {
  expect(() => admin({} as Client)).toThrow(expect.objectContaining({ code: 'option/invalid' }));
});
