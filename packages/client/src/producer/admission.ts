/** Waiting for room in a producer's buffer: in line, for no longer than a delivery may take. */
import type { Cluster } from '../cluster.ts';
import { fanOut } from '../connection/fan-out.ts';
import { abortedError, deadline } from '../connection/timer.ts';
import { clientError } from '../errors.ts';
import type { ByteBudget } from './budget.ts';

/** Someone in line. */
export interface Waiting {
  /** The bytes are taken. Returns how many are wanted next in the same place, or 0. */
  admitted(): number;
  /** Nothing more will be admitted: `produce/buffer-full`, `produce/closed`, `request/aborted`, `client/closed`. */
  refused(error: unknown): void;
}

/** Makes the function that puts callers in line. */
export function admission(
  cluster: Cluster,
  topic: string,
  { deliveryTimeoutMs: timeoutMs, bufferBytes }: { readonly deliveryTimeoutMs: number; readonly bufferBytes: number },
  budget: ByteBudget,
): (bytes: number, signal: AbortSignal | undefined, waiting: Waiting) => void {
  const shared = fanOut();
  return (bytes, signal, { admitted, refused }) => {
    const lease = signal === undefined ? undefined : shared(signal);
    const wait = deadline(timeoutMs, lease?.signal, cluster.life);
    const release = (): void => {
      wait.signal.removeEventListener('abort', giveUp);
      wait.release();
      lease?.release();
    };
    const giveUp = (): void => {
      const error = wait.passed
        ? clientError('produce/buffer-full', { topic, bufferBytes, timeoutMs })
        : abortedError('waiting for room in the producer', wait.signal);
      release();
      refused(error);
      ticket.cancel();
    };
    const ticket = budget.queue(
      bytes,
      () => {
        const more = admitted();
        if (more === 0) release();
        return more;
      },
      (error) => {
        release();
        refused(error);
      },
    );
    if (wait.signal.aborted) giveUp();
    else wait.signal.addEventListener('abort', giveUp, { once: true });
  };
}
