/**
 * Modules one after another: what one makes of the records goes into the next.
 *
 * {@link startChain} runs them in this thread, where nothing stops a module that never returns: for tests and for modules
 * that are trusted. `@fluvio-ts/smartmodule/worker` runs the same chain in a thread of its own, with a time limit.
 */
import type { Lookback, RecordBlock, SmartModuleParams } from '@fluvio-ts/protocol';
import { NEWEST_VERSION } from './abi.ts';
import { type CompiledModule, compileModule, DEFAULT_MEMORY_LIMIT_BYTES } from './compile.ts';
import { type SmartModuleError, smartModuleError } from './errors.ts';
import { type Instance, instantiate, invalidOutput } from './instance.ts';
import type { ModuleFacts } from './kind.ts';
import { checkRecords } from './measure.ts';

/** A module of a chain, and how it is to start. */
export interface ChainModule {
  /** The `.wasm`, not compressed. */
  readonly wasm: Uint8Array;
  /** What errors call it. Default: its place in the chain, `#1` for the first. */
  readonly name?: string | undefined;
  /** What its `init` gets. Default: nothing. */
  readonly params?: ReadonlyMap<string, string> | Readonly<Record<string, string>> | undefined;
  /** How much of the past it sees before it starts, if it has a `look_back`. Default: nothing. */
  readonly lookback?: Lookback | undefined;
  /** What an aggregate starts from. Default: empty. */
  readonly accumulator?: Uint8Array | undefined;
}

/** Settings of a chain. */
export interface ChainOptions {
  /** Version of the API that the caller speaks, which modules see and which decides what they are told. Default 25. */
  readonly version?: number;
  /** Memory that each module may have, in pages of 65,536 bytes; the remainder is not used. Default 1,000,000,000, as on an SPU. */
  readonly memoryLimitBytes?: number;
}

/** What became of a block of records. */
export interface ChainOutput {
  /**
   * What came out, in a payload of its own; offsets and times count from where the input's did. Records of an array-map
   * all carry the offset delta 0.
   *
   * Read offsets as `origin.baseOffset + BigInt(record.offsetDelta)`: where records were dropped, a record's place in the
   * block (`record.offset`) says nothing.
   */
  readonly records: RecordBlock;
  /**
   * The first record that a module refused. `records` then holds what came before it, through the whole chain; the
   * records behind it were not looked at by this module.
   */
  readonly error?: SmartModuleError<'smartmodule/record-failed'> | undefined;
}

/** Gives the records that a module looks back on; undefined for none at all. */
export type ReadPast = (lookback: Lookback) => RecordBlock | undefined | Promise<RecordBlock | undefined>;

/** A running chain, wherever it runs. Calls are served one at a time, in order. */
export interface SmartModuleChain extends AsyncDisposable {
  /** Its modules, in order. */
  readonly modules: readonly ModuleFacts[];
  /**
   * Has every module transform the records in turn.
   *
   * @throws `smartmodule/trap`, `smartmodule/memory-limit`, `smartmodule/call-failed`, `smartmodule/invalid-output`, or
   *   `smartmodule/closed`; in a worker also `smartmodule/timeout`, `smartmodule/worker-lost`, `smartmodule/aborted`
   */
  process(block: RecordBlock, options?: { readonly signal?: AbortSignal }): ChainOutput | Promise<ChainOutput>;
  /**
   * Shows records of the past to the modules that asked for them: those with a `look_back` and a `lookback`. Once, before
   * anything is processed.
   *
   * @throws `smartmodule/look-back-failed`, what `read` throws, and what {@link process} does
   */
  lookBack(read: ReadPast, options?: { readonly signal?: AbortSignal }): Promise<void>;
  /** Ends the chain. Safe to call twice. */
  close(): Promise<void>;
}

/** A chain in this thread, which answers at once. */
export interface LocalChain extends SmartModuleChain {
  process(block: RecordBlock): ChainOutput;
  /** Memory of all modules together. */
  readonly memoryBytes: number;
  /** @internal Shows records of the past to one module. */
  lookBackAt(position: number, block: RecordBlock): void;
}

/**
 * Starts a chain in this thread: compiles the modules, and hands each its parameters.
 *
 * ```ts
 * import { readFile } from 'node:fs/promises';
 * import { recordBlock, startChain } from '@fluvio-ts/smartmodule';
 *
 * const chain = await startChain([{ wasm: await readFile('filter.wasm'), params: { needle: 'fluvio' } }]);
 * for (const record of chain.process(recordBlock(['hello fluvio', 'bye'])).records) console.log(record.text());
 * ```
 *
 * @throws `smartmodule/invalid`, `smartmodule/init-failed`, `smartmodule/trap`, `smartmodule/memory-limit`
 */
export async function startChain(modules: readonly ChainModule[], options: ChainOptions = {}): Promise<LocalChain> {
  const { version = NEWEST_VERSION, memoryLimitBytes = DEFAULT_MEMORY_LIMIT_BYTES } = options;
  const starts: ModuleStart[] = [];
  for (const [position, module] of modules.entries()) {
    const name = nameOf(module, position);
    starts.push(startOf(module, await compileModule(module.wasm, { name, memoryLimitBytes })));
  }
  return startCompiled(starts, version);
}

/** @internal A compiled module and how it starts; can be sent to other threads. */
export interface ModuleStart {
  readonly module: CompiledModule;
  readonly params: SmartModuleParams;
  readonly accumulator: Uint8Array;
}

/** @internal */
export const nameOf = ({ name }: ChainModule, position: number): string => name ?? `#${position + 1}`;

/** @internal */
export function startOf({ params = {}, lookback, accumulator }: ChainModule, module: CompiledModule): ModuleStart {
  const map = params instanceof Map ? params : new Map(Object.entries(params));
  return { module, params: { params: map, lookback }, accumulator: accumulator ?? new Uint8Array(0) };
}

/** @internal The text that errors call a chain by. */
export const chainName = (modules: readonly ModuleFacts[]): string => modules.map(({ name }) => name).join(' → ');

/** @internal Starts a chain of compiled modules. */
export async function startCompiled(starts: readonly ModuleStart[], version: number): Promise<LocalChain> {
  let links: Instance[] = [];
  for (const { module, params, accumulator } of starts) {
    const instance = await instantiate(module, { version, accumulator });
    if (module.initializes) instance.init(params);
    links.push(instance);
  }
  const modules: readonly ModuleFacts[] = links.map(({ module }) => ({
    name: module.name,
    kind: module.kind,
    looksBack: module.looksBack,
  }));
  let closed = false;
  const open = (): void => {
    if (closed) throw smartModuleError('smartmodule/closed', { chain: chainName(modules) });
  };
  const lookBackAt = (position: number, block: RecordBlock): void => {
    open();
    links[position]?.lookBack(block);
  };
  const close = async (): Promise<void> => {
    closed = true;
    // Lets go of the memories, which may be large, even where somebody keeps the chain.
    links = [];
  };

  return {
    modules,
    get memoryBytes() {
      return links.reduce((sum, instance) => sum + instance.memoryBytes, 0);
    },
    process(block) {
      open();
      let records = block;
      let error: ChainOutput['error'];
      for (const [position, instance] of links.entries()) {
        const output = instance.transform(records);
        records = output.records;
        // What came before the bad record still goes through the rest of the chain. If a later module refuses one of
        // those, that one is further to the front, and the error to tell.
        if (output.fault !== undefined) error = refused(instance, position, output.fault);
      }
      const last = links.at(-1)?.module;
      if (last !== undefined) {
        try {
          checkRecords(records);
        } catch (cause) {
          throw invalidOutput(last.name, last.kind, (cause as Error).message, cause);
        }
      }
      return error === undefined ? { records } : { records, error };
    },
    lookBackAt,
    async lookBack(read) {
      for (const [position, lookback] of lookbacksOf(starts)) {
        open();
        const past = await read(lookback);
        if (past !== undefined) lookBackAt(position, past);
      }
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** @internal The modules that look back, by their place, and how far. */
export const lookbacksOf = (starts: readonly ModuleStart[]): readonly (readonly [number, Lookback])[] =>
  starts.flatMap(({ module, params: { lookback } }, position) =>
    module.looksBack && lookback !== undefined ? [[position, lookback] as const] : [],
  );

function refused(
  { module }: Instance,
  position: number,
  { hint, offset, key, value }: NonNullable<ReturnType<Instance['transform']>['fault']>,
): SmartModuleError<'smartmodule/record-failed'> {
  return smartModuleError('smartmodule/record-failed', {
    module: module.name,
    position,
    kind: module.kind,
    hint,
    offset,
    key: key ?? null,
    value,
  });
}
