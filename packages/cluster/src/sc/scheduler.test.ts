import { describe, expect, it } from 'vitest';
import { planReplicas } from './scheduler.ts';

const rows = (plan: ReturnType<typeof planReplicas>) => plan && [...plan.values()];

describe('planReplicas', () => {
  it("places as Fluvio's SC does in its own test", () => {
    const plan = planReplicas({
      registered: [0, 1, 2, 3],
      online: [0, 1, 2, 3],
      existing: [
        [0, 1, 2],
        [1, 2],
        [0, 3],
      ],
      partitions: 5,
      replicationFactor: 3,
    });
    expect(rows(plan)).toEqual([
      [2, 0, 1],
      [3, 0, 1],
      [1, 3, 0],
      [2, 3, 0],
      [3, 2, 1],
    ]);
  });

  it('spreads leaders over idle SPUs in the order of their ids', () => {
    const plan = planReplicas({
      registered: [1, 0],
      online: [1, 0],
      existing: [],
      partitions: 4,
      replicationFactor: 1,
    });
    expect(rows(plan)).toEqual([[0], [1], [0], [1]]);
  });

  it('keeps the rows that stand and places the rest', () => {
    const plan = planReplicas({
      registered: [1, 2, 3],
      online: [1, 2, 3],
      existing: [[2], [2]],
      kept: new Map([
        [0, [2]],
        [1, [2]],
      ]),
      partitions: 4,
      replicationFactor: 1,
    });
    expect(rows(plan)).toEqual([[2], [2], [1], [3]]);
  });

  it('has no plan with too few SPUs, registered or online', () => {
    const base = { existing: [], partitions: 1 };
    expect(planReplicas({ ...base, registered: [1], online: [1], replicationFactor: 2 })).toBeUndefined();
    expect(planReplicas({ ...base, registered: [1, 2], online: [1], replicationFactor: 2 })).toBeUndefined();
    expect(planReplicas({ ...base, registered: [1], online: [], replicationFactor: 1 })).toBeUndefined();
  });
});
