/**
 * Programs of the native client never close it, and end when they have nothing to wait for. So connections here do not keep the
 * process, and calls do, for as long as they last.
 */
import type { Admin } from '@fluvio-ts/admin';

/** Keeps the process until the promise is settled, and hands it on. */
export type Hold = <T>(work: Promise<T>) => Promise<T>;

/** A timer is what a runtime waits for; this one never comes. */
const FOR_EVER_MS = 0x7fff_ffff;

/** Makes the holds of one connection share a timer. */
export function holdProcess(): Hold {
  let held = 0;
  let timer: ReturnType<typeof setInterval> | undefined;
  return async (work) => {
    if (held++ === 0) timer = setInterval(() => {}, FOR_EVER_MS);
    try {
      return await work;
    } finally {
      if (--held === 0) clearInterval(timer);
    }
  };
}

/** The same administration, each call held. */
export function holdingAdmin(admin: Admin, hold: Hold): Admin {
  const groups = Object.entries(admin).map(([name, group]) => [name, holding(group as object, hold)] as const);
  const held: unknown = Object.fromEntries(groups);
  return held as Admin;
}

const holding = (group: object, hold: Hold): object =>
  Object.fromEntries(
    Object.entries(group).map(([name, call]: [string, (...given: unknown[]) => unknown]) => [
      name,
      (...given: unknown[]): unknown => {
        const answer = call(...given);
        return answer instanceof Promise ? hold(answer) : answer;
      },
    ]),
  );
