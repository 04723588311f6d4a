/** The main program of every member process: starts its server, says so, and stops it on a signal. */
import type { Logger } from '../logger.ts';
import { reasonOf } from '../logger.ts';
import type { MemberOrder, MemberTask } from '../members/member.ts';
import type { ObeyOrder } from '../members/orders.ts';
import { fromText, toText } from '../members/task-text.ts';
import type { Asked, MemberNews } from './messages.ts';
import { RELEASE } from './messages.ts';
import { travelling } from './travelling.ts';

/** A member's server. */
export interface Member {
  readonly ready: MemberNews;
  /** Later news, for the launcher. */
  readonly later?: Promise<MemberNews | undefined>;
  readonly obey: ObeyOrder;
  stop(): Promise<void>;
}

/** A member that does not stop by itself in this time is ended. */
const STOP_TIMEOUT_MS = 4000;

/** Runs a member until a signal ends it, or the end of its launcher unless that released it. Lines go to standard output. */
export function runMember(
  start: (task: MemberTask, log: Logger, signal: AbortSignal) => Promise<Member>,
  onMessage?: (message: unknown) => boolean,
): void {
  const task = fromText(process.argv[2] ?? 'null') as MemberTask;
  const stopping = new AbortController();
  let member: Member | undefined;
  let released = false;

  const end = (why: string): void => {
    if (stopping.signal.aborted) return;
    stopping.abort();
    writeLine('info', 'stopping', { why });
    setTimeout(() => process.exit(1), STOP_TIMEOUT_MS).unref();
    void (async () => {
      await member?.stop();
      process.exit(0);
    })();
  };
  const crash = (error: unknown): void => {
    writeLine('error', 'the process ends', { reason: error instanceof Error ? error.stack : String(error) });
    process.exit(1);
  };

  process.on('uncaughtException', crash);
  process.on('unhandledRejection', crash);
  process.on('SIGTERM', () => end('SIGTERM'));
  // Ctrl-C reaches every process of the terminal; the one that launched this decides what becomes of it.
  process.on('SIGINT', () => {});
  process.on('SIGHUP', () => {});
  process.on('message', (message) => {
    if (message === RELEASE) released = true;
    else if (onMessage?.(message) === true) return;
    else if (member !== undefined) void answer(message as Asked, member.obey);
  });
  process.on('disconnect', () => {
    if (!released) end('the launcher has ended');
  });

  start(task, writeLine, stopping.signal).then(
    async (started) => {
      member = started;
      tell(started.ready);
      const later = await started.later;
      if (later !== undefined) tell(later);
    },
    (error) => {
      if (stopping.signal.aborted) return;
      writeLine('error', 'the process could not start', { reason: reasonOf(error) });
      tell({ news: 'failed', ...travelling(error) }, () => process.exit(1));
    },
  );
}

async function answer({ ask, order }: Asked, obey: ObeyOrder): Promise<void> {
  try {
    tell({ news: 'answer', ask, value: toText(await obey(fromText(order) as MemberOrder)) });
  } catch (error) {
    tell({ news: 'answer', ask, error: travelling(error) });
  }
}

/** Tells the launcher, if it is still there. */
export function tell(news: MemberNews, then: () => void = () => {}): void {
  if (process.send === undefined || !process.connected) then();
  else process.send(news, undefined, undefined, then);
}

const writeLine: Logger = (level, message, facts = {}) => {
  const rest = Object.entries(facts)
    .map(([name, value]) => ` ${name}=${typeof value === 'string' ? JSON.stringify(value) : String(value)}`)
    .join('');
  process.stdout.write(`${new Date().toISOString()} ${level.toUpperCase().padEnd(5)} ${message}${rest}\n`);
};
