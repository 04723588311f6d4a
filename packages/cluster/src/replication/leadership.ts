/**
 * The rules of the SC: who leads a partition, and who is in sync. Every decision is written down before anyone hears of it.
 *
 * Only an in-sync replica is ever elected: each of them has every committed record. Among those that answer, the one with
 * the newest log leads. Where none answers, nobody leads until one does.
 */

/** What has been decided about a partition. */
export interface Leadership {
  readonly leader: number;
  /** Grows with every election, and when a leader begins anew after its process ended. No two reigns share one. */
  readonly epoch: number;
  /** Grows with every change. */
  readonly version: number;
  /** Replicas that have every committed record, the leader among them. */
  readonly inSync: readonly number[];
}

/** What a candidate has, in its own words. */
export interface Candidate {
  readonly spu: number;
  readonly lastEpoch: number;
  readonly endOffset: number;
}

/** Whether an SPU lives. */
export type IsLive = (spu: number) => boolean;

/** Whether `told` is a later decision than `known`. */
export function isLater(
  told: Pick<Leadership, 'epoch' | 'version'>,
  known: Pick<Leadership, 'epoch' | 'version'> | undefined,
): boolean {
  if (known === undefined || told.epoch > known.epoch) return true;
  return told.epoch === known.epoch && told.version > known.version;
}

/** The leadership of a new partition: nothing is committed, so everyone is in sync. */
export function firstLeadership(replicas: readonly number[]): Leadership {
  return { leader: replicas[0] ?? -1, epoch: 0, version: 0, inSync: replicas };
}

/** The in-sync set without those that are dead, under a leader that lives; undefined where nothing changes. */
export function withoutDead(leadership: Leadership, isLive: IsLive): Leadership | undefined {
  const { leader, version, inSync } = leadership;
  // Without a leader everyone stays: each has all that was committed, and whoever comes back first can lead.
  if (!isLive(leader) || inSync.every(isLive)) return undefined;
  return { ...leadership, version: version + 1, inSync: inSync.filter(isLive) };
}

/** Another leader, because someone wants it; undefined where it may lack a committed record, or is not live. */
export function moved(leadership: Leadership, spu: number, isLive: IsLive): Leadership | undefined {
  if (!leadership.inSync.includes(spu) || !isLive(spu)) return undefined;
  return { ...leadership, leader: spu, epoch: leadership.epoch + 1, version: leadership.version + 1 };
}

/** A leader that came back as a new process: it goes on under a new epoch, because it may have lost what it had not finished. */
export function resumed(leadership: Leadership): Leadership {
  return { ...leadership, epoch: leadership.epoch + 1, version: leadership.version + 1 };
}

/**
 * Takes what a leader proposes; undefined where it is out of date, or asks for what is. A replica that is not live is not
 * admitted. That is a decision too: until the leader hears of one it counts everyone whom it has proposed.
 */
export function proposed(
  leadership: Leadership,
  replicas: readonly number[],
  proposal: {
    readonly spu: number;
    readonly epoch: number;
    readonly version: number;
    readonly inSync: readonly number[];
  },
  isLive: IsLive,
): Leadership | undefined {
  const { leader, epoch, version, inSync } = leadership;
  if (proposal.spu !== leader || proposal.epoch !== epoch || proposal.version !== version) return undefined;
  const next = replicas.filter(
    (spu) => spu === leader || (proposal.inSync.includes(spu) && (inSync.includes(spu) || isLive(spu))),
  );
  if (sameSet(next, inSync) && sameSet(proposal.inSync, inSync)) return undefined;
  return { ...leadership, version: version + 1, inSync: next };
}

const sameSet = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((spu) => b.includes(spu));

/** Elects a leader among the candidates that are in sync; undefined where there is none. */
export function elected(
  leadership: Leadership,
  replicas: readonly number[],
  candidates: readonly Candidate[],
  isLive: IsLive,
): Leadership | undefined {
  const { epoch, version, inSync } = leadership;
  let best: Candidate | undefined;
  for (const spu of replicas) {
    const candidate = candidates.find((one) => one.spu === spu);
    if (candidate === undefined || !inSync.includes(spu) || !isLive(spu)) continue;
    if (best === undefined || isNewer(candidate, best)) best = candidate;
  }
  if (best === undefined) return undefined;
  // Greater than what any of them has seen, should the decisions of this SC have been lost.
  const next = Math.max(epoch, ...candidates.map(({ lastEpoch }) => lastEpoch)) + 1;
  return { leader: best.spu, epoch: next, version: version + 1, inSync: inSync.filter(isLive) };
}

const isNewer = (a: Candidate, b: Candidate): boolean =>
  a.lastEpoch > b.lastEpoch || (a.lastEpoch === b.lastEpoch && a.endOffset > b.endOffset);
