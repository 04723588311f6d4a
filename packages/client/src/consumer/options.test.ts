import { expect, test } from 'vitest';
import { withTopic } from '../testing/filled.ts';
import { consumerSettings } from './options.ts';

test.each([
  [{ start: null }, 'start'],
  [{ start: {} }, 'start'],
  [{ start: { offset: 5 } }, 'start'],
  [{ start: { end: -1 } }, 'start'],
  [{ start: { time: new Date('never') } }, 'start'],
  [{ until: 5 }, 'until'],
  [{ until: { count: 0 } }, 'until'],
  [{ partitions: null }, 'partitions'],
  [{ partitions: '0' }, 'partitions'],
  [{ partitions: [] }, 'partitions'],
  [{ partitions: [1, 1] }, 'partitions'],
  [{ partitions: { worker: 2, of: 2 } }, 'partitions'],
  [{ partitions: { mirror: '' } }, 'partitions'],
  [{ retries: -1 }, 'retries'],
  [{ retries: 1.5 }, 'retries'],
  [{ maxBytes: 0 }, 'maxBytes'],
  [{ isolation: 'commited' }, 'isolation'],
  [{ order: 'offset' }, 'order'],
  [{ consumerId: '' }, 'consumerId'],
] as const)('%o is refused by name', (options, option) => {
  expect(() => consumerSettings(options as never)).toThrow(
    expect.objectContaining({ code: 'option/invalid', context: expect.objectContaining({ option }) }),
  );
});

test('isolation has two words for each level', () => {
  for (const isolation of ['COMMITTED', 'read_committed'] as const) {
    expect(consumerSettings({ isolation }).isolation).toBe('read_committed');
  }
  for (const isolation of ['UNCOMMITTED', undefined] as const) {
    expect(consumerSettings({ isolation } as never).isolation).toBe('read_uncommitted');
  }
});

test('a fetch is refused by name, at once', async () => {
  const { client } = await withTopic();
  const wrong = { isolation: 'commited' as never, offset: 0n };
  await expect(client.fetch('t', 0, wrong)).rejects.toMatchObject({ context: { option: 'isolation' } });
  for (const partition of [-1, 1, 0.5]) {
    await expect(client.fetch('t', partition, { offset: 0n })).rejects.toMatchObject({ code: 'partition/not-found' });
  }
});
