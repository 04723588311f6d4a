/**
 * Waiting until the controller shows a change. It answers some changes before it does, and the client itself follows
 * topics, partitions and SPUs only.
 */
import type { Cluster } from '@fluvio-ts/client/internal';
import { deadline, orAborted } from '@fluvio-ts/client/internal';
import type { StopSignal } from '@fluvio-ts/protocol/internal';
import { adminError } from '../errors.ts';
import type { AnyObject, ListedKind } from '../objects/object.ts';
import type { Budget } from './change.ts';
import { read } from './read.ts';

/** Time that the controller gets for showing a change, however late it answered. */
const SHOW_MS = 1_000;

/** Between two looks. A controller mostly shows a change before it answers, so there is one look as a rule. */
const PAUSE_MS = 50;

/** What is waited for. */
export interface Shown<T, R> {
  /** As in "creating SmartModule 'upper'". */
  readonly what: string;
  /** The result, or undefined while it is not shown. */
  readonly look: (objects: readonly T[]) => R | undefined;
  /** What is shown instead, for the error text. */
  readonly state: string;
}

/** Lists until `look` finds what it wants. @throws `wait/timeout`, `request/aborted`, `client/closed`, `connect/timeout` */
export async function settled<Wire extends { readonly name: string }, T extends AnyObject, R>(
  cluster: Cluster,
  kind: ListedKind<Wire, T>,
  { what, look, state }: Shown<T, R>,
  { timeoutMs, signal, leftMs }: Budget,
): Promise<R> {
  const wait = deadline(Math.max(SHOW_MS, leftMs()), signal, cluster.life);
  const late = (): Error =>
    adminError('wait/timeout', { what, timeoutMs, last: `the controller has done it, but ${state}` });
  try {
    for (;;) {
      const found = look(await read(cluster, kind, {}, { signal: wait.signal }));
      if (found !== undefined) return found;
      await pause(wait.signal, late);
    }
  } catch (error) {
    throw wait.passed ? late() : error;
  } finally {
    wait.release();
  }
}

function pause(signal: StopSignal, late: () => Error): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const over = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, PAUSE_MS);
  });
  return orAborted(over, signal, late).finally(() => clearTimeout(timer));
}
