import { expect, it } from 'vitest';
import { manageSpus } from './managed.ts';

const spu = (id: number) => ({ id, name: `main-${id}` });

const recorded = (fails: (id: number) => boolean = () => false) => {
  const running = new Set<number>();
  const done: string[] = [];
  const managed = manageSpus({
    isRunning: ({ id }) => running.has(id),
    async start({ id }) {
      await Promise.resolve();
      if (fails(id)) throw new Error(`no ${id}`);
      running.add(id);
      done.push(`+${id}`);
    },
    async stop({ id }) {
      if (running.delete(id)) done.push(`-${id}`);
    },
  });
  return { managed, running, done };
};

it('starts what does not run yet, and ends what runs', async () => {
  const { managed, done } = recorded();
  await managed.start([spu(1), spu(2)]);
  await managed.start([spu(2), spu(3)]);
  await managed.stop([spu(1), spu(9)]);
  expect(done).toEqual(['+1', '+2', '+3', '-1']);
});

it('carries requests out one after another, although the first has not ended', async () => {
  const { managed, done } = recorded();
  await Promise.all([managed.start([spu(1)]), managed.stop([spu(1)]), managed.start([spu(1)])]);
  expect(done).toEqual(['+1', '-1', '+1']);
});

it('runs a group as a whole or not at all, and goes on after that', async () => {
  const { managed, running } = recorded((id) => id === 2);
  await managed.start([spu(7)]);
  await expect(managed.start([spu(1), spu(2), spu(7)])).rejects.toThrow('no 2');
  expect([...running]).toEqual([7]);
  await managed.stop([spu(7)]);
  expect([...running]).toEqual([]);
});
