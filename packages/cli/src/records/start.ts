/** Where reading starts, as options and in words. */
import type { StartOffset } from '@fluvio-ts/client';
import { UsageError } from '../parse/usage-error.ts';
import type { Consume } from '../spec/records.ts';

type Options = Pick<Consume['options'], 'beginning' | 'head' | 'tail' | 'start' | 'since' | 'end'>;

/** The start that the options mean. @throws UsageError */
export function startOf({ beginning, head, tail, start, since, end }: Options): StartOffset {
  if (start !== undefined && end !== undefined && end < start) {
    throw new UsageError(`--end ${end} lies before --start ${start}`);
  }
  if (beginning) return 'beginning';
  if (head !== undefined) return { beginning: head };
  if (tail !== undefined) return { end: tail };
  if (since !== undefined) return { time: since };
  return start === undefined ? 'end' : { offset: start };
}

/** The line that says what is going on, in the words of the official command line. */
export function describeStart(topic: string, { beginning, head, tail, start, since, end }: Options): string {
  const from = beginning
    ? ' starting from the beginning of log'
    : head !== undefined
      ? ` starting ${head} from the beginning of log`
      : tail !== undefined
        ? ` starting ${tail} from the end of log`
        : start !== undefined
          ? ` starting at offset ${start}`
          : since !== undefined
            ? ` starting at ${new Date(since).toISOString()}`
            : '';
  const until = end === undefined ? '' : ` until offset ${end} (inclusive)`;
  return `Consuming records from '${topic}'${from}${until}`;
}
