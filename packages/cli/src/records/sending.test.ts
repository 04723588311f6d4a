import type { Producer, ProducerRecord, SendResult } from '@fluvio-ts/client';
import { expect, test } from 'vitest';
import { cliError } from '../errors/errors.ts';
import { sending } from './sending.ts';

/** A producer whose records are settled by the test. */
function producer() {
  const open: { readonly bytes: number; readonly settle: (error?: Error) => void }[] = [];
  const made: Pick<Producer, 'send' | 'bufferedBytes'> = {
    get bufferedBytes() {
      return open.reduce((sum, { bytes }) => sum + bytes, 0);
    },
    send: (record: ProducerRecord) =>
      new Promise<SendResult>((resolve, reject) => {
        const entry = {
          bytes: record.value.length,
          settle(error?: Error) {
            open.splice(open.indexOf(entry), 1);
            if (error === undefined) resolve({ partition: 0, offset: 0n, timestampMs: 0, mayBeDuplicate: false });
            else reject(error);
          },
        };
        open.push(entry);
      }),
  };
  return { made: made as Producer, open };
}

test('the reader waits while the producer holds enough, and no longer', async () => {
  const { made, open } = producer();
  const records = sending(made, 10);
  for (let i = 0; i < 3; i++) void records.send({ value: '12345' });
  let room = false;
  const waiting = records.room().then(() => {
    room = true;
  });
  await new Promise(setImmediate);
  expect(room).toBe(false);
  open[0]?.settle();
  await new Promise(setImmediate);
  expect(room).toBe(false);
  open[0]?.settle();
  await waiting;
  expect(records.acknowledged).toBe(2);
});

test('a record that is refused for itself does not stop the others; any other failure does', async () => {
  const { made, open } = producer();
  const records = sending(made, 10);
  records.reject(cliError('input/no-separator', { source: 'x', line: 1, separator: ':' }));
  expect(records.hopeless.aborted).toBe(false);
  const sent = records.send({ key: 'k', value: 'v' });
  open[0]?.settle(new Error('gone'));
  expect(await sent).toBe(undefined);
  expect(records.hopeless.aborted).toBe(true);
  expect([records.sent, records.acknowledged, records.failed]).toEqual([2, 0, 2]);
  await records.settled();
  await records.room();
});
