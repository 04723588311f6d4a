/** The rules of replication and election under every kind of misfortune, before any socket has to follow them. */
import { describe, expect, it } from 'vitest';
import type { Outcome, Rules } from '../testing/replication-model.ts';
import { realRules, runSchedule } from '../testing/replication-model.ts';
import { NO_BATCHES } from './epochs.ts';
import type { Leader } from './leader.ts';

const SCHEDULES = 120_000;
const STEPS = 160;

const firstViolation = (rules: Rules, schedules: number): string | undefined => {
  for (let seed = 1; seed <= schedules; seed++) {
    const { violation } = runSchedule(seed, STEPS, rules);
    if (violation !== undefined) return violation;
  }
  return undefined;
};

describe('the rules', () => {
  it(`lose no committed record and have one leader for each epoch, in ${SCHEDULES} schedules`, {
    timeout: 120_000,
  }, () => {
    const total = { committed: 0, elections: 0, truncations: 0, crashes: 0, restarts: 0 };
    for (let seed = 1; seed <= SCHEDULES; seed++) {
      const outcome: Outcome = runSchedule(seed, STEPS);
      if (outcome.violation !== undefined) expect.fail(`seed ${seed}: ${outcome.violation}`);
      total.committed += outcome.committed;
      total.elections += outcome.elections;
      total.truncations += outcome.truncations;
      total.crashes += outcome.crashes;
      total.restarts += outcome.restarts;
    }
    // The schedules are worth something only if all of this happens in them.
    expect(total.committed).toBeGreaterThan(SCHEDULES);
    expect(total.elections).toBeGreaterThan(SCHEDULES / 4);
    expect(total.truncations).toBeGreaterThan(SCHEDULES / 100);
    expect(total.crashes).toBeGreaterThan(SCHEDULES);
    expect(total.restarts).toBeGreaterThan(SCHEDULES / 100);
  });
});

describe('the check finds', () => {
  const broken: Readonly<Record<string, Partial<Rules>>> = {
    'an election of one that is not in sync': {
      elected: (leadership, replicas, candidates, isLive) =>
        realRules.elected({ ...leadership, inSync: replicas }, replicas, candidates, isLive),
    },
    'a dead follower that is left out without the word of the SC': {
      createLeader: (options) => realRules.createLeader({ ...options, replicas: [options.self] }),
    },
    'a follower that is admitted before it has what earlier leaders committed': {
      createLeader: (options) => realRules.createLeader({ ...options, endOffset: 0 }),
    },
    'an epoch that two processes of one leader share': {
      resumed: (leadership) => ({ ...leadership, version: leadership.version + 1 }),
    },
    'a proposal that is taken although it is out of date': {
      proposed: (leadership, replicas, proposal, isLive) =>
        realRules.proposed(
          leadership,
          replicas,
          { ...proposal, spu: leadership.leader, epoch: leadership.epoch, version: leadership.version },
          isLive,
        ),
    },
    'a proposal that is turned down without a word': {
      proposed: (leadership, ...rest) => {
        const next = realRules.proposed(leadership, ...rest);
        return next?.inSync.join() === leadership.inSync.join() ? undefined : next;
      },
    },
    'a log that is cut too short': {
      cutFor: (end, log) => Math.max(0, realRules.cutFor(end, log) - 1),
    },
    'a log that is not cut': {
      cutFor: (_, log) => log.endOffset,
    },
    'a follower that goes on although what it has cannot be compared with what was removed': {
      createLeader: (options) => {
        const leader = realRules.createLeader(options);
        const onWant: Leader['onWant'] = (want, log, nowMs) =>
          leader.onWant(want.offset === log.startOffset ? { ...want, lastEpoch: NO_BATCHES } : want, log, nowMs);
        return Object.create(leader, { onWant: { value: onWant } }) as Leader;
      },
    },
    'an answer that is taken although it is out of date': {
      isCurrent: (want, log) => want.offset <= log.endOffset,
    },
  };
  it.each(Object.entries(broken))('%s', (_, change) => {
    expect(firstViolation({ ...realRules, ...change }, 20_000)).toBeDefined();
  });
});
