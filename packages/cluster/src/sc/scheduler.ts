/**
 * Which SPUs get the partitions of a topic, by the rule of Fluvio's SC: the leader is the online SPU that leads the fewest
 * partitions, each follower the one that follows the fewest, the lowest id where several are equal. Racks play no part.
 */

/** What the rule looks at. */
export interface PlanInput {
  /** Ids of all registered SPUs. */
  readonly registered: readonly number[];
  /** Ids of those that are online. */
  readonly online: readonly number[];
  /** Replica lists of every partition in the cluster, the leader first. */
  readonly existing: readonly (readonly number[])[];
  /** Rows of the topic that stand already, by partition; those of another length are planned anew. */
  readonly kept?: ReadonlyMap<number, readonly number[]>;
  readonly partitions: number;
  readonly replicationFactor: number;
}

/** A row of SPU ids for each partition, or undefined where there are too few SPUs for any one of them. */
export function planReplicas(input: PlanInput): ReadonlyMap<number, readonly number[]> | undefined {
  const { registered, existing, kept = new Map(), partitions, replicationFactor } = input;
  if (registered.length < replicationFactor) return undefined;
  const online = [...input.online].sort((a, b) => a - b);
  const leads = new Map<number, number>();
  const follows = new Map<number, number>();
  const count = ([leader, ...followers]: readonly number[]): void => {
    if (leader !== undefined) leads.set(leader, (leads.get(leader) ?? 0) + 1);
    for (const follower of followers) follows.set(follower, (follows.get(follower) ?? 0) + 1);
  };
  for (const row of existing) count(row);

  const plan = new Map<number, readonly number[]>();
  for (let partition = 0; partition < partitions; partition++) {
    const standing = kept.get(partition);
    if (standing?.length === replicationFactor) {
      plan.set(partition, standing);
      continue;
    }
    const row: number[] = [];
    while (row.length < replicationFactor) {
      const load = row.length === 0 ? leads : follows;
      const next = leastLoaded(
        online.filter((id) => !row.includes(id)),
        load,
      );
      if (next === undefined) return undefined;
      row.push(next);
    }
    count(row);
    plan.set(partition, row);
  }
  return plan;
}

function leastLoaded(candidates: readonly number[], load: ReadonlyMap<number, number>): number | undefined {
  let best: number | undefined;
  for (const id of candidates) {
    if (best === undefined || (load.get(id) ?? 0) < (load.get(best) ?? 0)) best = id;
  }
  return best;
}
