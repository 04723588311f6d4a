/**
 * Finds half-open connections: a peer whose machine is gone, or that is frozen, sends neither data nor an end.
 *
 * After a while of silence the peer is asked for a sign of life; whatever arrives counts. One that stays silent is dead.
 */

/** Settings of a {@link watchdog}. */
export interface WatchdogOptions {
  /** Milliseconds of silence after which the peer is asked. */
  readonly idleMs: number;
  /** Milliseconds that it has to send anything. */
  readonly answerMs: number;
  /** Asks the peer for an answer of any kind. */
  readonly ask: () => void;
  /** Milliseconds more that the peer may be silent now, because of what it was asked to do. */
  readonly patienceMs: () => number;
  /** Called once, when the peer is taken for dead. */
  readonly dead: (silentMs: number) => void;
}

/** See the file's head. */
export interface Watchdog {
  /** Something has arrived. */
  heard(): void;
  /** Clears the timer; nothing is called any more. */
  stop(): void;
}

/**
 * Turns of the event loop that are left to what has arrived already. Timers run before the network is read, so a program
 * that was busy or suspended meets its own late timer before the answers that wait for it.
 */
const GRACE_TURNS = 3;
const LONGEST_TIMER_MS = 0x7fff_ffff;

/** Starts watching. */
export function watchdog({ idleMs, answerMs, ask, patienceMs, dead }: WatchdogOptions): Watchdog {
  let heardAt = performance.now();
  let timer: ReturnType<typeof setTimeout> | undefined;

  const wait = (ms: number, then: () => void): void => {
    timer = setTimeout(then, Math.min(LONGEST_TIMER_MS, Math.max(1, Math.ceil(ms))));
    // What keeps the process is the connection, where it should.
    (timer as unknown as { readonly unref?: () => void }).unref?.();
  };

  const listen = (): void => {
    const leftMs = heardAt + idleMs - performance.now();
    if (leftMs > 0) {
      wait(leftMs, listen);
      return;
    }
    const askedAt = performance.now();
    ask();
    wait(answerMs, () => judge(askedAt, GRACE_TURNS));
  };

  const judge = (askedAt: number, grace: number): void => {
    if (heardAt >= askedAt) {
      listen();
      return;
    }
    const leftMs = askedAt + answerMs + patienceMs() - performance.now();
    if (leftMs > 0) wait(leftMs, () => judge(askedAt, GRACE_TURNS));
    else if (grace > 0) wait(1, () => judge(askedAt, grace - 1));
    else dead(Math.round(performance.now() - heardAt));
  };

  wait(idleMs, listen);
  return {
    heard() {
      heardAt = performance.now();
    },
    stop: () => clearTimeout(timer),
  };
}
