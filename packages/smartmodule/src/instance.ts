/** One running module: its memory, and calls across the border to it. */
import { isFluvioError, Reader, RecordBlock, type SmartModuleParams, Writer } from '@fluvio-ts/protocol';
import {
  AggregateInput,
  AggregateOutputTail,
  INIT_REFUSED,
  InitInput,
  InitOutput,
  LOOK_BACK_REFUSED,
  LookBackOutput,
  meaningOf,
  NO_PARAMS,
  OutputTail,
  type RuntimeFault,
  TransformInput,
} from './abi.ts';
import { type CompiledModule, isWasi } from './compile.ts';
import { type SmartModuleCodes, type SmartModuleError, smartModuleError } from './errors.ts';
import { measureRecords } from './measure.ts';
import { wasi } from './wasi.ts';

/** What a transform made of a block: what came before the record that it refused, if it refused one. */
export interface TransformOutput {
  readonly records: RecordBlock;
  readonly fault: RuntimeFault | undefined;
}

/** A running module. A trap ends it: every later call throws the same error. */
export interface Instance {
  readonly module: CompiledModule;
  /** Bytes of its memory, which never shrinks. */
  readonly memoryBytes: number;
  /** Hands it its parameters. Once: modules refuse a second time. */
  init(params: SmartModuleParams): void;
  /** Shows it records of the past. */
  lookBack(block: RecordBlock): void;
  /** Has it transform records; an aggregate goes on from the value that it left. */
  transform(block: RecordBlock): TransformOutput;
}

type Export = (...args: number[]) => number;

/** Bytes of a transform's input beside the records, at any version. */
const INPUT_OVERHEAD_BYTES = 64;
const NO_BYTES = new Uint8Array(0);

/**
 * Starts a module, without handing it anything yet.
 *
 * @param accumulator - what an aggregate goes on from
 * @throws `smartmodule/invalid` where it cannot be linked, `smartmodule/trap`
 */
export async function instantiate(
  module: CompiledModule,
  options: { readonly version: number; readonly accumulator: Uint8Array },
): Promise<Instance> {
  const { version } = options;
  const { name } = module;
  let accumulator = options.accumulator;
  let announced: { readonly at: number; readonly size: number } | undefined;
  let dead: SmartModuleError | undefined;
  // Set before any guest code can run: a module without a start function runs none while it is linked.
  let memory: WebAssembly.Memory | undefined;
  const host = wasi(() => (memory ?? noMemory()).buffer);

  const imports: Record<string, Record<string, WebAssembly.ImportValue>> = {};
  for (const entry of WebAssembly.Module.imports(module.compiled)) {
    imports[entry.module] = {
      ...imports[entry.module],
      [entry.name]: isWasi(entry.module)
        ? host.stub(entry.name)
        : (at: number, size: number): void => {
            announced = { at: at >>> 0, size: size >>> 0 };
          },
    };
  }

  const died = (call: string, cause: unknown): SmartModuleError => {
    dead = deathOf(module, {
      call,
      cause,
      output: host.takeErrorOutput(),
      memoryBytes: memory?.buffer.byteLength ?? 0,
    });
    return dead;
  };

  let instance: WebAssembly.Instance;
  try {
    instance = await WebAssembly.instantiate(module.compiled, imports);
  } catch (cause) {
    if (cause instanceof WebAssembly.LinkError || cause instanceof TypeError) {
      throw smartModuleError('smartmodule/invalid', { module: name, reason: cause.message }, cause);
    }
    throw died('start', cause);
  }
  memory = instance.exports.memory as WebAssembly.Memory;
  const running = memory;
  const exported = instance.exports as Readonly<Record<string, Export | undefined>>;

  /** Runs guest code. Whatever it throws, the module is in an unknown state afterwards, and over. */
  const enter = (call: string, ...args: number[]): number => {
    const entry = exported[call];
    if (entry === undefined) throw died(call, new TypeError(`it exports no ${call}`));
    try {
      return entry(...args);
    } catch (cause) {
      throw died(call, cause);
    }
  };

  /** Hands over `input`, and gives the status and a copy of what the guest announced. */
  const call = (entry: string, input: Uint8Array): { readonly status: number; readonly output: Uint8Array } => {
    if (dead !== undefined) throw dead;
    const place = enter('alloc', input.length) >>> 0;
    if (place + input.length > running.buffer.byteLength) {
      throw died('alloc', new RangeError(`it gave ${input.length} bytes at ${place}, which are not there`));
    }
    new Uint8Array(running.buffer, place, input.length).set(input);
    announced = undefined;
    // The guest frees its input itself.
    const status = enter(entry, place, input.length, version);
    const found = announced as { readonly at: number; readonly size: number } | undefined;
    if (found === undefined) return { status, output: NO_BYTES };
    // The memory may have grown, and then it is another buffer.
    if (found.at + found.size > running.buffer.byteLength) {
      dead = invalidOutput(name, entry, `${found.size} bytes at ${found.at} are not in its memory`);
      throw dead;
    }
    const output = new Uint8Array(running.buffer, found.at, found.size).slice();
    // Nobody else frees it: without this the guest grows with every call.
    if (exported.dealloc !== undefined) enter('dealloc', found.at, found.size);
    return { status, output };
  };

  /** As `call`, for encoded values; a status below 0 that `explain` does not know is an error without details. */
  const ask = (entry: string, input: Uint8Array, explain?: (status: number, output: Reader) => Error | undefined) => {
    const { status, output } = call(entry, input);
    if (status >= 0) return output;
    const explained = reading(name, entry, () => explain?.(status, new Reader(output)));
    throw (
      explained ??
      smartModuleError('smartmodule/call-failed', { module: name, call: entry, status, meaning: meaningOf(status) })
    );
  };

  const inputOf = (block: RecordBlock) => ({
    baseOffset: block.origin.baseOffset,
    records: block.payload,
    params: NO_PARAMS,
    joinRecord: NO_BYTES,
    baseTimestamp: BigInt(block.origin.firstTimestampMs),
  });
  const writerFor = (block: RecordBlock): Writer => new Writer(block.payload.length + INPUT_OVERHEAD_BYTES);
  const plainInput = (block: RecordBlock): Uint8Array => {
    const writer = writerFor(block);
    TransformInput.at(version).write(writer, inputOf(block));
    return writer.finish();
  };
  const aggregateInput = (block: RecordBlock): Uint8Array => {
    const writer = writerFor(block);
    AggregateInput.at(version).write(writer, { base: inputOf(block), accumulator });
    return writer.finish();
  };

  if (exported._initialize !== undefined) enter('_initialize');

  return {
    module,
    get memoryBytes() {
      return running.buffer.byteLength;
    },
    init(params) {
      const writer = new Writer();
      InitInput.at(version).write(writer, params);
      ask('init', writer.finish(), (status, output) => {
        const hint = status === INIT_REFUSED ? InitOutput.at(version).read(output).hint : meaningOf(status);
        return smartModuleError('smartmodule/init-failed', { module: name, hint, status });
      });
    },
    lookBack(block) {
      ask('look_back', plainInput(block), (status, output) => {
        if (status !== LOOK_BACK_REFUSED) return undefined;
        const { key, ...rest } = LookBackOutput.at(version).read(output);
        return smartModuleError('smartmodule/look-back-failed', { module: name, ...rest, key: key ?? null });
      });
    },
    transform(block) {
      const { kind } = module;
      const aggregates = kind === 'aggregate';
      const output = ask(kind, aggregates ? aggregateInput(block) : plainInput(block));
      return reading(name, kind, () => {
        const end = measureRecords(output);
        const tail = new Reader(output, end);
        let fault: RuntimeFault | undefined;
        if (aggregates) {
          const read = AggregateOutputTail.at(version).read(tail);
          fault = read.error;
          // A view would keep this whole output in memory.
          if (version >= 16) accumulator = read.accumulator.slice();
        } else fault = OutputTail.at(version).read(tail).error;
        return { records: new RecordBlock(output.subarray(0, end), block.origin), fault };
      });
    },
  };
}

function noMemory(): never {
  throw new TypeError('it ran before it had a memory');
}

function reading<T>(module: string, call: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (isFluvioError(error) && error.code.startsWith('wire/')) throw invalidOutput(module, call, error.message, error);
    throw error;
  }
}

/** @internal The error of output that cannot be read. */
export function invalidOutput(
  module: string,
  call: string,
  reason: string,
  cause?: unknown,
): SmartModuleError<'smartmodule/invalid-output'> {
  return smartModuleError('smartmodule/invalid-output', { module, call, reason }, cause);
}

/** Why a module died: Rust says on stderr what it wanted when memory ran out, and what it panicked for. */
function deathOf(
  { name, memoryLimitBytes }: CompiledModule,
  facts: { readonly call: string; readonly cause: unknown; readonly output: string; readonly memoryBytes: number },
): SmartModuleError<'smartmodule/trap' | 'smartmodule/memory-limit'> {
  const wanted = /memory allocation of (\d+) bytes failed/.exec(facts.output)?.[1];
  if (wanted !== undefined) {
    const context: SmartModuleCodes['smartmodule/memory-limit'] = {
      module: name,
      requestedBytes: facts.memoryBytes + Number(wanted),
      limitBytes: memoryLimitBytes,
    };
    return smartModuleError('smartmodule/memory-limit', context, facts.cause);
  }
  const reason = facts.cause instanceof Error ? facts.cause.message : String(facts.cause);
  return smartModuleError(
    'smartmodule/trap',
    { module: name, call: facts.call, reason, output: facts.output },
    facts.cause,
  );
}
