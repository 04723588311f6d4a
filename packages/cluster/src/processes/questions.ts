/** Orders to a member process and their answers, as long as the channel to it is there. */
import type { ChildProcess } from 'node:child_process';
import type { MemberOrder } from '../members/member.ts';
import { fromText, toText } from '../members/task-text.ts';
import type { Asked, MemberNews } from './messages.ts';
import { arrived } from './travelling.ts';

/** See the file's head. */
export interface Questions {
  /** As {@link RunningMember.ask}. */
  ask(order: MemberOrder): Promise<unknown>;
  answered(news: Extract<MemberNews, { news: 'answer' }>): void;
  /** No answer comes any more. */
  close(): void;
}

/** Opens the channel's use for orders. */
export function openQuestions(child: ChildProcess): Questions {
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: unknown): void }>();
  let last = 0;
  return {
    ask(order) {
      if (!child.connected) return Promise.resolve(undefined);
      const ask = ++last;
      return new Promise((resolve, reject) => {
        waiting.set(ask, { resolve, reject });
        child.send({ ask, order: toText(order) } satisfies Asked, (error) => {
          if (error !== null && waiting.delete(ask)) resolve(undefined);
        });
      });
    },
    answered({ ask, value, error }) {
      const question = waiting.get(ask);
      waiting.delete(ask);
      if (error === undefined) question?.resolve(value === undefined ? undefined : fromText(value));
      else question?.reject(arrived(error));
    },
    close() {
      for (const { resolve } of waiting.values()) resolve(undefined);
      waiting.clear();
    },
  };
}
