/** An SC in a process of its own has its launcher run the SPUs of SPU groups. */
import type { ManagedSpus } from '../members/member.ts';
import type { ManagedAnswer, MemberNews } from './messages.ts';
import { arrived, travelling } from './travelling.ts';

/** The SC's side: asks, by `tell`, and takes the answers. */
export function askLauncher(tell: (news: MemberNews) => void): {
  readonly managedSpus: ManagedSpus;
  /** Takes a message; false if it is none of these answers. */
  answered(message: unknown): boolean;
} {
  const waiting = new Map<number, { resolve(): void; reject(error: Error): void }>();
  let last = 0;
  const request =
    (what: keyof ManagedSpus): ManagedSpus['start'] =>
    (spus) =>
      new Promise<void>((resolve, reject) => {
        waiting.set(++last, { resolve, reject });
        tell({ news: 'managed', ask: last, what, spus });
      });
  return {
    managedSpus: { start: request('start'), stop: request('stop') },
    answered(message) {
      const { managed, error } = (message ?? {}) as Partial<ManagedAnswer>;
      if (managed === undefined) return false;
      const request = waiting.get(managed);
      waiting.delete(managed);
      if (error === undefined) request?.resolve();
      else request?.reject(arrived(error));
      return true;
    },
  };
}

/** The launcher's side: does what is asked, and says what became of it. */
export async function serveManaged(
  { ask, what, spus }: Extract<MemberNews, { news: 'managed' }>,
  managedSpus: ManagedSpus,
  send: (answer: ManagedAnswer) => void,
): Promise<void> {
  try {
    await managedSpus[what](spus);
    send({ managed: ask });
  } catch (error) {
    send({ managed: ask, error: travelling(error) });
  }
}
