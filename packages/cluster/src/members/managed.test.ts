import { expect, it } from 'vitest';
import { silent } from '../logger.ts';
import { reconciler } from './managed.ts';

const spu = (id: number) => ({ id, name: `main-${id}` });

it('starts what is wanted once it may, ends what is not wanted any more, and leaves the rest alone', async () => {
  const done: string[] = [];
  const one = reconciler({
    start: async ({ id }) => void done.push(`+${id}`),
    stop: async ({ id }) => void done.push(`-${id}`),
    log: silent,
  });
  one.want([spu(1), spu(2)]);
  expect(done).toEqual([]);
  await one.begin();
  expect(done).toEqual(['+1', '+2']);
  one.want([spu(2), spu(3)]);
  await one.stop();
  expect(done.slice(2).sort()).toEqual(['+3', '-1']);
  one.want([]);
  expect(done.length).toBe(4);
});

it('does the latest of many wishes, one round after another', async () => {
  const done: string[] = [];
  let go: () => void = () => {};
  const slow = new Promise<void>((resolve) => {
    go = resolve;
  });
  const one = reconciler({
    start: async ({ id }) => {
      await slow;
      done.push(`+${id}`);
    },
    stop: async ({ id }) => void done.push(`-${id}`),
    log: silent,
  });
  one.want([spu(1)]);
  const begun = one.begin();
  one.want([]);
  one.want([spu(7)]);
  go();
  await begun;
  expect(done).toEqual(['+1', '-1', '+7']);
  await one.stop();
});
