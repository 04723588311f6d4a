import { Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { dataOut } from './data-out.ts';

/** A stream that fails like the system does. */
const failing = (code: string): Writable =>
  new Writable({ write: (_, __, done) => done(Object.assign(new Error(`write ${code}`), { code })) });

test('a reader that has gone is told by a signal, and later writes do nothing', async () => {
  const out = dataOut(failing('EPIPE'), false);
  await out.line('one');
  await out.drained();
  expect(out.gone.aborted).toBe(true);
  await out.line('two');
});

test('a full disk is a failure, whether another write follows or not', async () => {
  const out = dataOut(failing('ENOSPC'), false);
  await expect(out.line('one')).rejects.toThrow('ENOSPC');
  await out.drained();
  expect(out.failure?.message).toContain('ENOSPC');
  expect(out.gone.aborted).toBe(false);
  await expect(out.line('two')).rejects.toThrow('ENOSPC');
});

test('a slow reader makes the writer wait', async () => {
  let release = (): void => {};
  const stream = new Writable({
    highWaterMark: 4,
    write(_, __, done) {
      release = done;
    },
  });
  const out = dataOut(stream, false);
  let written = false;
  const writing = out.line('long enough').then(() => {
    written = true;
  });
  await new Promise(setImmediate);
  expect(written).toBe(false);
  release();
  await writing;
});
