/**
 * For tests: a partition with its replicas and the SC in a few arrays, and a schedule that does to them whatever a seed
 * says: messages are lost, late and out of order, processes crash and freeze, links break. The rules are the real ones.
 */
import type { Epochs } from '../replication/epochs.ts';
import { createEpochs, NO_EPOCH } from '../replication/epochs.ts';
import type { Leader, LogShape, Verdict } from '../replication/leader.ts';
import { createLeader, cutFor, isCurrent } from '../replication/leader.ts';
import type { Candidate, Leadership } from '../replication/leadership.ts';
import { elected, firstLeadership, isLater, proposed, resumed, withoutDead } from '../replication/leadership.ts';

/** The rules that are checked; a test breaks one of them to see that the check finds it. */
export const realRules = { createLeader, cutFor, elected, isCurrent, proposed, resumed, withoutDead };
export type Rules = typeof realRules;

/** What a schedule came to. */
export interface Outcome {
  /** What went wrong; undefined if nothing did. */
  readonly violation: string | undefined;
  readonly committed: number;
  readonly elections: number;
  readonly truncations: number;
  readonly crashes: number;
  /** Followers that began anew behind what their leader had removed. */
  readonly restarts: number;
}

interface Entry {
  readonly epoch: number;
  readonly value: number;
}

/** One replica. What a crash takes away is in `leader` and `known`. */
interface Node {
  readonly id: number;
  /** What was removed is still in here, before `start`, to be checked. */
  log: Entry[];
  start: number;
  epochs: Epochs;
  highWatermark: number;
  up: boolean;
  frozen: boolean;
  /** Whether the SC counts it as alive. */
  linked: boolean;
  known: Leadership | undefined;
  leader: Leader | undefined;
}

type Message =
  | { readonly kind: 'assign'; readonly to: number; readonly leadership: Leadership }
  | {
      readonly kind: 'want';
      readonly to: number;
      readonly from: number;
      readonly epoch: number;
      readonly offset: number;
      readonly lastEpoch: number;
    }
  | {
      readonly kind: 'reply';
      readonly to: number;
      readonly epoch: number;
      readonly verdict: Verdict;
      readonly offset: number;
      readonly lastEpoch: number;
      readonly entries: readonly Entry[];
      readonly highWatermark: number;
      readonly start: number;
    }
  | {
      readonly kind: 'propose';
      readonly spu: number;
      readonly epoch: number;
      readonly version: number;
      readonly inSync: readonly number[];
    };

class Violation extends Error {}

const LAG_STEPS = 12;

/** Runs one schedule. */
export function runSchedule(seed: number, steps: number, rules: Rules = realRules): Outcome {
  let state = seed >>> 0;
  const random = (below: number): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };

  const replicas = random(4) === 0 ? [1, 2] : [1, 2, 3];
  const minInSync = 1 + random(2);
  const nodes: Node[] = replicas.map((id) => ({
    id,
    log: [],
    start: 0,
    epochs: createEpochs(),
    highWatermark: 0,
    up: true,
    frozen: false,
    linked: true,
    known: undefined,
    leader: undefined,
  }));
  const node = (id: number): Node => nodes[id - 1] as Node;
  let leadership = firstLeadership(replicas);
  let messages: Message[] = [];
  let answers: { readonly version: number; readonly candidates: Candidate[] } | undefined;
  let now = 0;
  let values = 0;
  let elections = 0;
  let truncations = 0;
  let crashes = 0;
  let restarts = 0;
  const committed: number[] = [];
  const reigns = new Map<number, number>();

  const isLive = (id: number): boolean => node(id).linked;
  const shape = (one: Node): LogShape => ({
    startOffset: one.start,
    endOffset: one.log.length,
    lastEpoch: one.epochs.last,
    endOf: (epoch) => one.epochs.endOf(epoch, one.log.length),
  });
  const append = (one: Node, entry: Entry): void => {
    one.epochs.add(entry.epoch, one.log.length);
    one.log.push(entry);
  };
  const check = (one: Node, upTo: number, who: string): void => {
    if (upTo > one.log.length) throw new Violation(`${who} ${one.id} commits ${upTo} of ${one.log.length}`);
    for (let offset = one.start; offset < upTo; offset++) {
      const value = (one.log[offset] as Entry).value;
      if (offset >= committed.length) committed.push(value);
      else if (committed[offset] !== value) throw new Violation(`${who} ${one.id} has another record at ${offset}`);
    }
  };
  /** What a leader has committed is acknowledged, and so must last. */
  const acknowledge = (one: Node): void => {
    if (one.leader === undefined || one.leader.highWatermark <= one.highWatermark) return;
    one.highWatermark = one.leader.highWatermark;
    check(one, one.highWatermark, 'leader');
  };

  const publish = (next: Leadership | undefined): void => {
    if (next === undefined) return;
    leadership = next;
    for (const one of nodes) if (one.linked) messages.push({ kind: 'assign', to: one.id, leadership });
  };
  const lost = (one: Node): void => {
    if (!one.linked) return;
    one.linked = false;
    publish(rules.withoutDead(leadership, isLive));
  };
  const register = (one: Node): void => {
    lost(one);
    one.linked = true;
    const leads = one.leader?.epoch === leadership.epoch;
    if (leadership.leader === one.id && !leads) publish(rules.resumed(leadership));
    else messages.push({ kind: 'assign', to: one.id, leadership });
  };
  /** The process ends: what is not on its disk is gone. */
  const crash = (one: Node): void => {
    one.up = false;
    one.frozen = false;
    one.leader = undefined;
    one.known = undefined;
    // Those of what was removed are not read again.
    one.epochs = createEpochs();
    for (let offset = one.start; offset < one.log.length; offset++) {
      one.epochs.add((one.log[offset] as Entry).epoch, offset);
    }
  };
  /** A new process: what was on its way to the old one ended with its connections; what that has sent did not. */
  const start = (one: Node): void => {
    messages = messages.filter((message) => message.kind === 'want' || !('to' in message) || message.to !== one.id);
    one.up = true;
    register(one);
  };
  const query = (): void => {
    const candidates: Candidate[] = [];
    for (const one of nodes) {
      if (one.up && !one.frozen && one.linked && random(4) > 0) {
        candidates.push({ spu: one.id, lastEpoch: one.epochs.last, endOffset: one.log.length });
      }
    }
    answers = { version: leadership.version, candidates };
  };
  const decide = (): void => {
    if (answers === undefined || isLive(leadership.leader)) return;
    const { version, candidates } = answers;
    answers = undefined;
    if (version !== leadership.version) return;
    const next = rules.elected(leadership, replicas, candidates, isLive);
    if (next === undefined) return;
    elections++;
    const winner = node(next.leader);
    for (let offset = winner.start; offset < committed.length; offset++) {
      if (winner.log[offset]?.value !== committed[offset]) throw new Violation(`${winner.id} lacks record ${offset}`);
    }
    publish(next);
  };

  const assign = (one: Node, told: Leadership): void => {
    if (!isLater(told, one.known)) return;
    const before = one.known;
    one.known = told;
    if (told.leader !== one.id) {
      one.leader = undefined;
    } else if (one.leader?.epoch === told.epoch) {
      one.leader.onReign(told);
    } else {
      if (told.epoch < (before?.epoch ?? 0)) throw new Violation('an epoch went back');
      const other = reigns.get(told.epoch);
      if (other !== undefined) throw new Violation(`epoch ${told.epoch} is of ${other} and of ${one.id}`);
      reigns.set(told.epoch, one.id);
      one.leader = rules.createLeader({
        self: one.id,
        replicas,
        reign: told,
        endOffset: one.log.length,
        highWatermark: one.highWatermark,
        minInSync,
        lagMs: LAG_STEPS,
        nowMs: now,
      });
    }
    acknowledge(one);
  };
  /** Removes what is committed before `offset`, or a part of it: segments need not end alike. */
  const remove = (one: Node, offset: number): void => {
    const upTo = Math.min(offset, one.highWatermark);
    if (upTo > one.start) one.start += random(upTo - one.start + 1);
  };
  const want = (one: Node): void => {
    if (one.known === undefined || one.leader !== undefined) return;
    const { leader, epoch } = one.known;
    messages.push({
      kind: 'want',
      to: leader,
      from: one.id,
      epoch,
      offset: one.log.length,
      lastEpoch: one.epochs.last,
    });
  };
  const take = (one: Node, reply: Extract<Message, { kind: 'reply' }>): void => {
    if (one.leader !== undefined || one.known?.epoch !== reply.epoch || !rules.isCurrent(reply, shape(one))) return;
    const { verdict } = reply;
    if (verdict.kind === 'diverged') {
      const cut = rules.cutFor(verdict, shape(one));
      if (cut >= one.log.length) return;
      if (cut < one.highWatermark) throw new Violation(`${one.id} cuts committed records off`);
      truncations++;
      one.start = Math.min(one.start, cut);
      one.log.length = cut;
      one.epochs.truncate(cut);
    } else if (verdict.kind === 'restart') {
      if (verdict.startOffset < one.highWatermark) throw new Violation(`${one.id} drops committed records`);
      restarts++;
      one.log = committed.slice(0, verdict.startOffset).map((value) => ({ epoch: NO_EPOCH, value }));
      one.start = verdict.startOffset;
      one.epochs.truncate(0);
    } else {
      for (const entry of reply.entries) append(one, entry);
      if (reply.highWatermark > one.highWatermark) {
        one.highWatermark = Math.min(reply.highWatermark, one.log.length);
        check(one, one.highWatermark, 'follower');
      }
      remove(one, reply.start);
    }
    if (random(3) > 0) want(one);
  };

  const deliver = (message: Message): void => {
    if (message.kind === 'propose') {
      publish(rules.proposed(leadership, replicas, message, isLive));
      return;
    }
    const one = node(message.to);
    if (!one.up) return;
    if (one.frozen) {
      messages.push(message);
      return;
    }
    switch (message.kind) {
      case 'assign':
        assign(one, message.leadership);
        return;
      case 'want': {
        const { from, epoch, offset, lastEpoch } = message;
        if (one.leader === undefined || one.leader.epoch !== epoch) return;
        const verdict = one.leader.onWant({ spu: from, offset, lastEpoch }, shape(one), now);
        acknowledge(one);
        const end = Math.min(one.log.length, offset + 1 + random(3));
        const entries = verdict.kind === 'send' ? one.log.slice(offset, end) : [];
        const { highWatermark } = one.leader;
        const { start } = one;
        messages.push({ kind: 'reply', to: from, epoch, verdict, offset, lastEpoch, entries, highWatermark, start });
        return;
      }
      case 'reply':
        take(one, message);
    }
  };
  const propose = (one: Node): void => {
    if (one.leader === undefined) return;
    const change = one.leader.propose(now);
    if (change !== undefined) messages.push({ kind: 'propose', spu: one.id, epoch: one.leader.epoch, ...change });
    acknowledge(one);
  };
  const produce = (one: Node): void => {
    if (one.leader === undefined) return;
    append(one, { epoch: one.leader.epoch, value: ++values });
    one.leader.onAppended(one.log.length, one.log.length, now);
    acknowledge(one);
  };
  const pick = (): Message | undefined => {
    if (messages.length === 0) return undefined;
    const at = random(3) > 0 ? 0 : random(messages.length);
    return messages.splice(at, 1)[0];
  };

  const step = (): void => {
    now++;
    const one = nodes[random(nodes.length)] as Node;
    const able = one.up && !one.frozen;
    switch (random(25)) {
      case 0:
        if (one.up) {
          // Up for longer than down: otherwise there is nobody to elect.
          if (random(4) > 0) return;
          crashes++;
          crash(one);
          // The checkpoint on disk may be old.
          if (random(2) === 0) one.highWatermark = random(one.highWatermark + 1);
          if (random(4) > 0) lost(one);
        } else {
          start(one);
        }
        return;
      case 1:
        one.frozen = one.up && !one.frozen && random(3) === 0;
        return;
      case 2:
        // The connection breaks, or its silence lasted too long.
        if (one.linked && random(2) === 0) lost(one);
        else if (able && !one.linked) register(one);
        return;
      case 3:
        query();
        return;
      case 4:
      case 5:
        query();
        decide();
        return;
      case 6:
        decide();
        return;
      case 24:
        if (able && one.leader !== undefined && random(3) === 0) remove(one, one.highWatermark);
        return;
      case 7:
        if (random(2) === 0) pick();
        return;
      case 8:
      case 9:
      case 10:
      case 11:
        if (able) produce(one);
        return;
      case 12:
      case 13:
        if (able) propose(one);
        return;
      case 14:
      case 15:
      case 16:
        if (able) want(one);
        return;
      default: {
        const message = pick();
        if (message !== undefined) deliver(message);
      }
    }
  };

  /** Everything works again: the replicas must come together. */
  const heal = (): void => {
    for (const one of nodes) {
      one.frozen = false;
      if (!one.up) start(one);
      else if (!one.linked) register(one);
    }
    if (!untilLevel(nodes)) throw new Violation('the replicas do not come together');
    // And they must go on without one of them, whichever it is.
    const away = nodes[random(nodes.length)] as Node;
    const others = nodes.filter((one) => one !== away);
    crash(away);
    lost(away);
    untilLevel(others);
    // It comes back for as long as it takes to ask to be let in.
    start(away);
    assign(away, leadership);
    want(away);
    const asked = messages.filter((message) => message.kind === 'want');
    messages = [];
    for (const message of asked) deliver(message);
    propose(node(leadership.leader));
    crash(away);
    lost(away);
    produce(node(leadership.leader));
    if (others.length >= minInSync && !untilLevel(others))
      throw new Violation(`nothing is committed without ${away.id}`);
  };

  /** Lets these nodes work undisturbed until they have the same records, all committed; false if it never happens. */
  const untilLevel = (able: readonly Node[]): boolean => {
    for (let round = 0; round < 60; round++) {
      now += LAG_STEPS;
      if (!isLive(leadership.leader)) {
        query();
        decide();
      }
      for (const one of able) {
        // What was lost on a broken connection is told again when it is made.
        if (isLater(leadership, one.known)) assign(one, leadership);
        want(one);
        propose(one);
      }
      const due = messages;
      messages = [];
      for (const message of due) deliver(message);
      if (leadership.inSync.length < able.length) continue;
      const leader = node(leadership.leader);
      if (leader.leader === undefined) continue;
      const whole = able.every(
        (one) =>
          one.log.length === leader.log.length && one.log.every((entry, i) => i < one.start || entry === leader.log[i]),
      );
      if (whole && leader.highWatermark === leader.log.length) return true;
    }
    return false;
  };

  const outcome = (violation: string | undefined): Outcome => ({
    violation,
    committed: committed.length,
    elections,
    truncations,
    crashes,
    restarts,
  });
  try {
    for (const one of nodes) messages.push({ kind: 'assign', to: one.id, leadership });
    if (random(4) > 0) for (const one of nodes) assign(one, leadership);
    for (let i = 0; i < steps; i++) step();
    heal();
    const leader = node(leadership.leader);
    for (let offset = leader.start; offset < committed.length; offset++) {
      if (leader.log[offset]?.value !== committed[offset]) throw new Violation(`record ${offset} is lost in the end`);
    }
    return outcome(undefined);
  } catch (error) {
    if (error instanceof Violation) return outcome(error.message);
    throw error;
  }
}
