/** Ending processes for certain: asked first, killed after a while, waited for until they are gone. */
import { clusterError } from '../errors.ts';
import type { ProcessMark } from './identity.ts';
import { isAlive } from './identity.ts';

/** How long a process has to end by itself, and how long the system has to end it. */
const GRACE_MS = 5000;
const KILL_MS = 5000;
/** A process that is not a child cannot be waited for, only looked at. */
const LOOK_INTERVAL_MS = 10;

/**
 * Ends processes at the same time. Those that are gone already, or whose number belongs to another process by now, are left
 * alone.
 *
 * @throws `cluster/stop-failed` for those that are still there
 */
export async function endProcesses(marks: readonly ProcessMark[], signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
  signalAll(marks, signal);
  // A process that is stopped (SIGSTOP) never hears of the first signal; it is killed after its time.
  let left = await untilGone(marks, GRACE_MS);
  if (left.length > 0) {
    signalAll(left, 'SIGKILL');
    left = await untilGone(left, KILL_MS);
  }
  if (left.length > 0) throw clusterError('cluster/stop-failed', { pids: left.map(({ pid }) => pid) });
}

function signalAll(marks: readonly ProcessMark[], signal: NodeJS.Signals): void {
  for (const mark of marks.filter(isAlive)) {
    try {
      process.kill(mark.pid, signal);
    } catch {
      // It has ended in between.
    }
  }
}

async function untilGone(marks: readonly ProcessMark[], timeoutMs: number): Promise<readonly ProcessMark[]> {
  const deadline = performance.now() + timeoutMs;
  let left = marks.filter(isAlive);
  while (left.length > 0 && performance.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_INTERVAL_MS));
    left = left.filter(isAlive);
  }
  return left;
}
