/**
 * Who may dial one address now. While it answers, everybody; at first and after a failure one at a time, and not before a
 * pause that grows: until then the last failure is all that a caller gets. So a dead server costs one attempt per pause,
 * however many want it, and nobody waits here while their partition may have found another leader.
 */
import type { StopSignal } from '@fluvio-ts/protocol/internal';
import { backoffMs } from './backoff.ts';
import { HEALTHY_MS } from './link-state.ts';
import { abortedError, orAborted } from './timer.ts';

/** What a gate can be. `failures` are those since the last connection that lasted. */
type GateState =
  | { readonly at: 'untried' }
  | { readonly at: 'trying'; readonly failures: number; readonly outcome: Promise<void> }
  | { readonly at: 'open'; readonly failures: number }
  | { readonly at: 'shut'; readonly failures: number; readonly untilMs: number; readonly error: unknown };

/** See the file's head. */
export interface Gate {
  /**
   * Dials if that is allowed now.
   *
   * @throws what `dial` throws, what it threw for somebody else a moment ago, or `request/aborted`
   */
  pass<T>(dial: () => Promise<T>, signal: StopSignal): Promise<T>;
  /** A connection through this gate ended after `ageMs`, and nobody here wanted that. */
  lost(ageMs: number, error: unknown): void;
  /** The server is said to be well again: the next dial need not wait. */
  forgive(): void;
}

/** Makes the gate of an address that was never dialled. */
export function gate(now: () => number = () => performance.now(), random: () => number = Math.random): Gate {
  let state: GateState = { at: 'untried' };

  const failuresOf = (of: GateState): number => (of.at === 'untried' ? 0 : of.failures);
  /** Callers pause between their own attempts as well, so that the first pause here can be next to nothing. */
  const shut = (failures: number, error: unknown): GateState => ({
    at: 'shut',
    failures,
    untilMs: now() + backoffMs(failures - 1, random()),
    error,
  });

  const attempt = async <T>(dial: () => Promise<T>, failures: number, signal: StopSignal): Promise<T> => {
    try {
      const made = await dial();
      state = { at: 'open', failures };
      return made;
    } catch (error) {
      state = signal.aborted ? { at: 'untried' } : shut(failures + 1, error);
      throw error;
    }
  };

  return {
    async pass(dial, signal) {
      while (state.at === 'trying') {
        await orAborted(state.outcome, signal, () => abortedError('connecting', signal));
      }
      if (state.at === 'shut' && now() < state.untilMs) throw state.error;
      const failures = failuresOf(state);
      const attempted = attempt(dial, failures, signal);
      if (state.at !== 'open') {
        const outcome = attempted.then(() => {});
        outcome.catch(() => {});
        state = { at: 'trying', failures, outcome };
      }
      return attempted;
    },
    lost(ageMs, error) {
      if (state.at !== 'open') return;
      if (ageMs >= HEALTHY_MS || state.failures === 0) state = { at: 'shut', failures: 1, untilMs: now(), error };
      else state = shut(state.failures + 1, error);
    },
    forgive() {
      if (state.at === 'shut') state = { at: 'untried' };
    },
  };
}
