/** One thread: hands it a task, waits for the answer no longer than it may take, and stops it if it does. */
import { Worker } from 'node:worker_threads';
import { smartModuleError } from '../errors.ts';
import type { Answer, Task } from './messages.ts';

/** A task with its limits. */
export interface Assignment {
  readonly task: Task;
  readonly transfer?: readonly ArrayBuffer[];
  /** The chain, for errors. */
  readonly chain: string;
  /** What is being done, for errors. */
  readonly call: string;
  readonly limitMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** A thread that takes one assignment at a time. */
export interface Thread {
  /**
   * Resolves with the answer. If there is none within the limit, or the signal is aborted, the thread is stopped.
   *
   * @throws `smartmodule/timeout`, `smartmodule/aborted`, `smartmodule/worker-lost`
   */
  run(assignment: Assignment): Promise<Answer>;
  /** Whether it can take assignments. */
  readonly alive: boolean;
  /** Stops it, whatever it is doing. */
  stop(): Promise<void>;
}

/** The compiled program; this file may run as a source, it cannot. */
const program = new URL('../../dist/worker/main.js', import.meta.url);

/** Records and modules live outside the JavaScript heap, so a thread needs little of it. */
const resourceLimits = { maxOldGenerationSizeMb: 128, maxYoungGenerationSizeMb: 16, stackSizeMb: 4 };

/** Starts a thread. It keeps nobody's process alive but while it has an assignment. `ended` is called once. */
export function startThread(ended: () => void): Thread {
  const worker = new Worker(program, { name: 'smartmodule', env: {}, execArgv: [], resourceLimits });
  worker.unref();
  let alive = true;
  let failure: Error | undefined;
  let settle: ((outcome: { readonly answer: Answer } | { readonly error: Error }) => void) | undefined;
  const exited = new Promise<void>((resolve) => {
    worker.once('exit', (code) => {
      alive = false;
      settle?.({ error: failure ?? new Error(`it exited with code ${code}`) });
      ended();
      resolve();
    });
  });
  worker.on('message', (answer: Answer) => settle?.({ answer }));
  worker.on('error', (error) => {
    failure = error;
  });
  const stop = async (): Promise<void> => {
    alive = false;
    // Its end is awaited, so the process must live until then.
    worker.ref();
    await worker.terminate();
    await exited;
  };

  return {
    get alive() {
      return alive;
    },
    stop,
    async run({ task, transfer = [], chain, call, limitMs, signal }) {
      const aborted = (): Error => smartModuleError('smartmodule/aborted', { chain, call }, signal?.reason);
      if (signal?.aborted) throw aborted();
      let timer: NodeJS.Timeout | undefined;
      let late: NodeJS.Immediate | undefined;
      let abort: (() => void) | undefined;
      worker.ref();
      try {
        const outcome = await new Promise<{ readonly answer: Answer } | { readonly error: Error }>((resolve) => {
          settle = resolve;
          timer = setTimeout(() => {
            // After a pause of this thread the answer may be here already, and only not have been looked at.
            late = setImmediate(() => {
              late = setImmediate(() =>
                resolve({ error: smartModuleError('smartmodule/timeout', { chain, call, limitMs }) }),
              );
            });
          }, limitMs);
          abort = () => resolve({ error: aborted() });
          signal?.addEventListener('abort', abort, { once: true });
          if (alive) worker.postMessage(task, transfer);
          else resolve({ error: failure ?? new Error('it had ended before') });
        });
        if ('answer' in outcome) return outcome.answer;
        const { error } = outcome;
        if (!alive) throw lost(chain, error);
        await stop();
        throw error;
      } finally {
        settle = undefined;
        clearTimeout(timer);
        clearImmediate(late);
        if (abort !== undefined) signal?.removeEventListener('abort', abort);
        worker.unref();
      }
    },
  };
}

function lost(chain: string, cause: Error): Error {
  return smartModuleError('smartmodule/worker-lost', { chain, reason: cause.message }, cause);
}
