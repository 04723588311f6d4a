/** Turns the bytes of a module into something that can be instantiated, or says why they are no SmartModule. */
import { smartModuleError } from './errors.ts';
import { type ModuleFacts, type TransformKind, transformKinds } from './kind.ts';
import { boundMemory } from './memory.ts';
import { wasiModules } from './wasi.ts';

/** As much as an SPU gives to a chain: 1 GB. */
export const DEFAULT_MEMORY_LIMIT_BYTES = 1_000_000_000;

/** A module that was compiled and checked. Can be sent to other threads. */
export interface CompiledModule extends ModuleFacts {
  readonly compiled: WebAssembly.Module;
  /** Whether it takes parameters before it starts. */
  readonly initializes: boolean;
  readonly memoryLimitBytes: number;
}

const WASM_MAGIC = [0x00, 0x61, 0x73, 0x6d];
/** The import that every SmartModule has, under any module name. */
const COPY_RECORDS = 'copy_records';

/**
 * Compiles a module.
 *
 * @throws `smartmodule/invalid`, or `smartmodule/memory-limit` where it begins with more memory than it may have
 */
export async function compileModule(
  wasm: Uint8Array,
  options: { readonly name: string; readonly memoryLimitBytes: number },
): Promise<CompiledModule> {
  const { name, memoryLimitBytes } = options;
  const invalid = (reason: string, cause?: unknown): Error =>
    smartModuleError('smartmodule/invalid', { module: name, reason }, cause);
  if (!WASM_MAGIC.every((byte, i) => wasm[i] === byte)) throw invalid(whatElse(wasm));
  const bounded = boundMemory(wasm, memoryLimitBytes);
  if (bounded.kind === 'too-large') {
    throw smartModuleError('smartmodule/memory-limit', {
      module: name,
      requestedBytes: bounded.initialBytes,
      limitBytes: memoryLimitBytes,
    });
  }
  // Bytes whose sections cannot be walked go to the engine as they are: it explains best what is wrong with them. If it
  // takes them all the same, they are of a kind that no memory limit would hold, and are refused below.
  let compiled: WebAssembly.Module;
  try {
    compiled = await WebAssembly.compile(bounded.kind === 'bounded' ? bounded.wasm : wasm.slice());
  } catch (error) {
    throw invalid(`it does not compile: ${(error as Error).message}`, error);
  }
  if (bounded.kind === 'unreadable') throw invalid('it has no plain 32-bit memory of its own');

  const imports = WebAssembly.Module.imports(compiled);
  if (!imports.some(({ name, kind }) => name === COPY_RECORDS && kind === 'function')) {
    throw invalid(`it imports no ${COPY_RECORDS}; build it with the fluvio-smartmodule crate and #[smartmodule(…)]`);
  }
  const foreign = imports.find((i) => i.kind !== 'function' || !(i.name === COPY_RECORDS || isWasi(i.module)));
  if (foreign !== undefined) {
    throw invalid(`it imports ${foreign.module}.${foreign.name}, which no host has; build it for wasm32-wasip1`);
  }
  const exports = new Map(WebAssembly.Module.exports(compiled).map((entry) => [entry.name, entry.kind]));
  if (exports.get('memory') !== 'memory') throw invalid('it exports no memory');
  if (exports.get('alloc') !== 'function') throw invalid('it exports no alloc');
  const kind: TransformKind | undefined = transformKinds.find((transform) => exports.get(transform) === 'function');
  if (kind === undefined) throw invalid(`it exports none of ${transformKinds.join(', ')}`);
  return {
    name,
    kind,
    compiled,
    memoryLimitBytes,
    initializes: exports.get('init') === 'function',
    looksBack: exports.get('look_back') === 'function',
  };
}

/** Whether the import is one of WASI's. */
export const isWasi = (module: string): boolean => wasiModules.includes(module);

/** What bytes that are not WebAssembly are instead, as far as that helps. */
function whatElse(bytes: Uint8Array): string {
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) return 'it is gzip; decompress it first';
  const start = new TextDecoder().decode(bytes.subarray(0, 64)).trimStart();
  if (start.startsWith('(') || start.startsWith(';;')) {
    return 'it is WebAssembly text, which is not assembled here; use wat2wasm first';
  }
  return 'it is not WebAssembly';
}
