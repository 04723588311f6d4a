/**
 * As much of WASI preview 1 as Rust's standard library asks for: random numbers, the time, and a place for panics.
 *
 * There are no files, no arguments and no environment. What a module writes to stdout is dropped; the end of what it
 * writes to stderr is kept, because a panic explains itself there.
 */

/** Modules whose functions are stubs. */
export const wasiModules: readonly string[] = ['wasi_snapshot_preview1', 'wasi_unstable'];

/** Why a module called `proc_exit`. */
export class ModuleExit extends Error {
  constructor(code: number) {
    super(`it exited with code ${code}`);
  }
}

/** Stubs for one instance. */
export interface Wasi {
  /** The function of that name; any other name than the known ones answers that it is not supported. */
  stub(name: string): (...args: never[]) => number;
  /** The end of what the module wrote to stderr since the last call of this. */
  takeErrorOutput(): string;
}

const OK = 0;
const BAD_FILE = 8;
const INVALID = 28;
const NOT_SUPPORTED = 52;
const STDOUT = 1;
const STDERR = 2;
const REALTIME = 0;
const NANOS_PER_MS = 1_000_000n;
/** What `crypto.getRandomValues` gives at once. */
const RANDOM_BYTES = 65_536;
const KEPT_OUTPUT_BYTES = 2048;

/** Makes stubs over the memory that `memory` gives, which may be another one after every call. */
export function wasi(memory: () => ArrayBuffer): Wasi {
  const view = (): DataView => new DataView(memory());
  let errorOutput = new Uint8Array(0);

  const none = (...places: number[]): number => {
    for (const place of places) view().setUint32(place >>> 0, 0, true);
    return OK;
  };
  const write = (file: number, vectors: number, count: number, written: number): number => {
    if (file !== STDOUT && file !== STDERR) return BAD_FILE;
    const data = view();
    let total = 0;
    for (let i = 0; i < count >>> 0; i++) {
      const at = (vectors >>> 0) + i * 8;
      const size = data.getUint32(at + 4, true);
      if (file === STDERR) keep(new Uint8Array(data.buffer as ArrayBuffer, data.getUint32(at, true), size));
      total += size;
    }
    data.setUint32(written >>> 0, total, true);
    return OK;
  };
  const keep = (bytes: Uint8Array): void => {
    const tail = bytes.subarray(-KEPT_OUTPUT_BYTES);
    const before = errorOutput.subarray(Math.max(0, errorOutput.length + tail.length - KEPT_OUTPUT_BYTES));
    const kept = new Uint8Array(before.length + tail.length);
    kept.set(before);
    kept.set(tail, before.length);
    errorOutput = kept;
  };

  const stubs: Readonly<Record<string, (...args: never[]) => number>> = {
    args_get: () => OK,
    args_sizes_get: (count: number, size: number) => none(count, size),
    environ_get: () => OK,
    environ_sizes_get: (count: number, size: number) => none(count, size),
    fd_write: write,
    fd_prestat_get: () => BAD_FILE,
    fd_close: () => BAD_FILE,
    fd_read: () => BAD_FILE,
    fd_seek: () => BAD_FILE,
    fd_fdstat_get: () => BAD_FILE,
    sched_yield: () => OK,
    proc_exit: (code: number) => {
      throw new ModuleExit(code);
    },
    random_get: (at: number, size: number) => {
      const target = new Uint8Array(memory(), at >>> 0, size >>> 0);
      for (let i = 0; i < target.length; i += RANDOM_BYTES) {
        crypto.getRandomValues(target.subarray(i, i + RANDOM_BYTES));
      }
      return OK;
    },
    clock_res_get: (_clock: number, at: number) => {
      view().setBigUint64(at >>> 0, NANOS_PER_MS, true);
      return OK;
    },
    clock_time_get: (clock: number, _precision: bigint, at: number) => {
      if (clock < 0 || clock > 3) return INVALID;
      const ms = clock === REALTIME ? Date.now() : performance.now();
      view().setBigUint64(at >>> 0, BigInt(Math.floor(ms * 1000)) * 1000n, true);
      return OK;
    },
  };

  return {
    stub: (name) => stubs[name] ?? (() => NOT_SUPPORTED),
    takeErrorOutput() {
      const text = new TextDecoder().decode(errorOutput).trim();
      errorOutput = new Uint8Array(0);
      return text;
    },
  };
}
