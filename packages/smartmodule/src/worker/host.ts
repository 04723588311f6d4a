/**
 * Runs chains in threads: one thread for each chain, with a limit of time for every call and of memory for every module.
 *
 * A thread starts with the first chain that needs one. When its chain was closed in peace it waits a while for the next,
 * because a produce request brings a chain of its own.
 */
import { RecordBlock } from '@fluvio-ts/protocol';
import {
  type ChainModule,
  chainName,
  lookbacksOf,
  type ModuleStart,
  nameOf,
  type SmartModuleChain,
  startOf,
} from '../chain.ts';
import { DEFAULT_MEMORY_LIMIT_BYTES } from '../compile.ts';
import { smartModuleError } from '../errors.ts';
import { compileCache } from './compile-cache.ts';
import { type Answer, type BlockMessage, type Task, unpackError } from './messages.ts';
import { startThread, type Thread } from './thread.ts';

/** Settings of a host. */
export interface SmartModuleHostOptions {
  /** Memory that each module may have, in pages of 65,536 bytes; the remainder is not used. Default 1,000,000,000, as on an SPU. */
  readonly memoryLimitBytes?: number;
  /** How long one call may take: a block of records, or a look-back. Default 5,000. */
  readonly callTimeoutMs?: number;
  /** How long it may take to start a thread and a chain in it. Default 10,000. */
  readonly startTimeoutMs?: number;
  /** Threads at most, and so chains at once. Default 64. */
  readonly maxThreads?: number;
  /** Threads that wait for a next chain at most. Default 1. */
  readonly spareThreads?: number;
  /** How long a thread waits for a next chain. Default 5,000. */
  readonly spareMs?: number;
}

/** Settings of one chain. */
export interface StartChainOptions {
  /** Version of the API that the caller speaks, which modules see and which decides what they are told. Default 25. */
  readonly version?: number;
  readonly signal?: AbortSignal;
}

/** Runs chains in threads. */
export interface SmartModuleHost extends AsyncDisposable {
  /**
   * Starts a chain in a thread of its own. Close it, or the thread stays.
   *
   * @throws `smartmodule/invalid`, `smartmodule/init-failed`, `smartmodule/trap`, `smartmodule/memory-limit`,
   *   `smartmodule/timeout`, `smartmodule/aborted`, `smartmodule/worker-lost`, `smartmodule/closed`,
   *   `smartmodule/too-many-chains`
   */
  startChain(modules: readonly ChainModule[], options?: StartChainOptions): Promise<SmartModuleChain>;
  /** Threads that are there now, waiting ones included. */
  readonly threads: number;
  /** Ends every chain and thread, even in the middle of a call. */
  close(): Promise<void>;
}

/** Makes a host. It starts no thread before the first chain. */
export function smartModuleHost(options: SmartModuleHostOptions = {}): SmartModuleHost {
  const {
    memoryLimitBytes = DEFAULT_MEMORY_LIMIT_BYTES,
    callTimeoutMs = 5_000,
    startTimeoutMs = 10_000,
    maxThreads = 64,
    spareThreads = 1,
    spareMs = 5_000,
  } = options;
  const cache = compileCache(memoryLimitBytes);
  const threads = new Set<Thread>();
  const spare = new Map<Thread, NodeJS.Timeout>();
  let closed = false;

  const takeThread = (chain: string): Thread => {
    for (const [thread, timer] of spare) {
      clearTimeout(timer);
      spare.delete(thread);
      if (thread.alive) return thread;
    }
    if (threads.size >= maxThreads) {
      throw smartModuleError('smartmodule/too-many-chains', { chain, limit: maxThreads });
    }
    const thread = startThread(() => {
      threads.delete(thread);
      clearTimeout(spare.get(thread));
      spare.delete(thread);
    });
    threads.add(thread);
    return thread;
  };
  const giveBack = async (thread: Thread): Promise<void> => {
    if (closed || spare.size >= spareThreads) return thread.stop();
    const timer = setTimeout(() => void thread.stop(), spareMs);
    timer.unref();
    spare.set(thread, timer);
  };

  const close = async (): Promise<void> => {
    closed = true;
    await Promise.all([...threads].map((thread) => thread.stop()));
  };

  return {
    get threads() {
      return threads.size;
    },
    async startChain(modules, { version = 25, signal } = {}) {
      const starts: ModuleStart[] = [];
      for (const [position, module] of modules.entries()) {
        starts.push(startOf(module, await cache.compile(module.wasm, nameOf(module, position))));
      }
      const chain = chainName(starts.map(({ module }) => module));
      if (closed) throw smartModuleError('smartmodule/closed', { chain });
      const thread = takeThread(chain);
      try {
        const task: Task = { kind: 'start', starts, version };
        const started = await thread.run({ task, chain, call: 'start', limitMs: startTimeoutMs, signal });
        if (started.kind === 'failed') throw unpackError(started.error);
      } catch (error) {
        // A module that failed to start may have left anything behind.
        await thread.stop();
        throw error;
      }
      return chainIn(thread, { starts, chain, callTimeoutMs, giveBack });
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

interface ChainParts {
  readonly starts: readonly ModuleStart[];
  readonly chain: string;
  readonly callTimeoutMs: number;
  readonly giveBack: (thread: Thread) => Promise<void>;
}

/** A chain that was started in `thread`. */
function chainIn(thread: Thread, { starts, chain, callTimeoutMs: limitMs, giveBack }: ChainParts): SmartModuleChain {
  /** Open, over because of an error that every later call repeats, or closed. */
  let over: Error | undefined;
  /** Settles when the call that is under way does, so that each call's time counts from its own start. */
  let turn: Promise<unknown> = Promise.resolve();
  let pending = 0;

  const ask = (
    assignment: { readonly task: Task; readonly call: string; readonly transfer: readonly ArrayBuffer[] },
    signal: AbortSignal | undefined,
  ): Promise<Answer> => {
    pending++;
    const answered = turn.then(async () => {
      if (over !== undefined) throw over;
      // What was not begun does no harm to the chain.
      if (signal?.aborted) {
        throw smartModuleError('smartmodule/aborted', { chain, call: assignment.call }, signal.reason);
      }
      let answer: Answer;
      try {
        answer = await thread.run({ ...assignment, chain, limitMs, signal });
      } catch (error) {
        over ??= error as Error;
        throw over;
      }
      if (answer.kind !== 'failed') return answer;
      throw unpackError(answer.error);
    });
    turn = answered.catch(() => {}).finally(() => pending--);
    return answered;
  };

  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closing ??= end();
    return closing;
  };
  const end = async (): Promise<void> => {
    const idle = pending === 0 && over === undefined && thread.alive;
    over ??= smartModuleError('smartmodule/closed', { chain });
    if (!idle) return thread.stop();
    try {
      await thread.run({ task: { kind: 'end' }, chain, call: 'end', limitMs });
      await giveBack(thread);
    } catch {
      // It did not answer in time, and is stopped.
    }
  };

  return {
    modules: starts.map(({ module: { name, kind, looksBack } }) => ({ name, kind, looksBack })),
    async process(block, { signal } = {}) {
      const { message, transfer } = pack(block);
      const answer = await ask({ task: { kind: 'process', block: message }, call: 'process', transfer }, signal);
      if (answer.kind !== 'processed') throw new TypeError(`a thread answered process with ${answer.kind}`);
      const { payload, ...origin } = answer.block;
      const records = new RecordBlock(payload, origin);
      if (answer.error === undefined) return { records };
      return {
        records,
        error: unpackError(answer.error) as NonNullable<Awaited<ReturnType<SmartModuleChain['process']>>['error']>,
      };
    },
    async lookBack(read, { signal } = {}) {
      for (const [position, lookback] of lookbacksOf(starts)) {
        const past = await read(lookback);
        if (past === undefined) continue;
        const { message, transfer } = pack(past);
        await ask({ task: { kind: 'look-back', position, block: message }, call: 'look-back', transfer }, signal);
      }
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** Copies a block, because the original stays with the caller, and gives the copy away. */
function pack({ payload, origin }: RecordBlock): {
  readonly message: BlockMessage;
  readonly transfer: readonly ArrayBuffer[];
} {
  const copy = payload.slice();
  return { message: { payload: copy, ...origin }, transfer: [copy.buffer as ArrayBuffer] };
}
