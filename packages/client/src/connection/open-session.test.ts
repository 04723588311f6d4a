import type { BytePipe } from '@fluvio-ts/protocol';
import { memoryPipe, stopper } from '@fluvio-ts/protocol/internal';
import { expect, test } from 'vitest';
import { openSession } from './open-session.ts';

const to = { kind: 'sc', address: { host: 'sc', port: 9003 } } as const;
const options = { clientId: 'test', connectTimeoutMs: 1_000, probeIntervalMs: 0 };

test('a transport that is deaf to the signal holds nobody up, and its late pipe is closed', async () => {
  let arrive: (pipe: BytePipe) => void = () => {};
  const transport = {
    connect: () =>
      new Promise<BytePipe>((resolve) => {
        arrive = resolve;
      }),
  };
  const stop = stopper();
  const opening = openSession(to, { ...options, transport }, stop.signal);
  stop.stop(new Error('enough'));
  await expect(opening).rejects.toMatchObject({
    code: 'request/aborted',
    message: 'connecting to the SC at sc:9003 was aborted',
  });
  const [late, other] = memoryPipe();
  arrive(late);
  await other.closed;
});

test('a pipe that arrives with the abort is closed as well', async () => {
  const [pipe, other] = memoryPipe();
  const stop = stopper();
  const opening = openSession(to, { ...options, transport: { connect: async () => pipe } }, stop.signal);
  stop.stop(new Error('enough'));
  await expect(opening).rejects.toMatchObject({ code: 'request/aborted' });
  await other.closed;
});
