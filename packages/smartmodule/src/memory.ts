/**
 * Bounds the memory of a WebAssembly module by writing a maximum into it.
 *
 * A host cannot watch a memory that the module brings along; but where the module declares a maximum, the engine refuses
 * to grow beyond it. Rust's allocator then says how much it wanted and aborts.
 */

/** Bytes of a page, the unit of WebAssembly memory. */
const PAGE_BYTES = 65_536;
const MEMORY_SECTION = 5;
const PREAMBLE_BYTES = 8;
const HAS_MAXIMUM = 1;

/** A module whose memory is bounded, or why it cannot be. */
export type Bounded =
  | { readonly kind: 'bounded'; readonly wasm: Uint8Array<ArrayBuffer> }
  | { readonly kind: 'too-large'; readonly initialBytes: number }
  | { readonly kind: 'unreadable' };

/** The same module with no more memory than `limitBytes`, rounded down to pages of 64 KiB. */
export function boundMemory(wasm: Uint8Array, limitBytes: number): Bounded {
  const limitPages = Math.min(Math.floor(limitBytes / PAGE_BYTES), PAGE_BYTES);
  let at = PREAMBLE_BYTES;
  while (at < wasm.length) {
    const id = wasm[at];
    const size = readNumber(wasm, at + 1);
    if (size === undefined || size.end + size.value > wasm.length) return { kind: 'unreadable' };
    const end = size.end + size.value;
    if (id === MEMORY_SECTION) {
      const memory = readMemory(wasm, size.end, end);
      if (memory === undefined) return { kind: 'unreadable' };
      if (memory.initialPages > limitPages) {
        return { kind: 'too-large', initialBytes: memory.initialPages * PAGE_BYTES };
      }
      const maximum = Math.min(memory.maximumPages, limitPages);
      const body = [1, HAS_MAXIMUM, ...numberBytes(memory.initialPages), ...numberBytes(maximum)];
      return { kind: 'bounded', wasm: splice(wasm, at, end, [MEMORY_SECTION, ...numberBytes(body.length), ...body]) };
    }
    at = end;
  }
  // Without a memory of its own there is nothing to bound; that it lacks the export is said later.
  return { kind: 'bounded', wasm: wasm.slice() };
}

/** The one memory of a section; undefined for several, for shared ones and for 64-bit ones, which no SmartModule has. */
function readMemory(
  wasm: Uint8Array,
  from: number,
  end: number,
): { readonly initialPages: number; readonly maximumPages: number } | undefined {
  const count = readNumber(wasm, from);
  if (count?.value !== 1) return undefined;
  const flags = wasm[count.end];
  if (flags !== 0 && flags !== HAS_MAXIMUM) return undefined;
  const initial = readNumber(wasm, count.end + 1);
  if (initial === undefined) return undefined;
  const maximum = flags === HAS_MAXIMUM ? readNumber(wasm, initial.end) : { value: PAGE_BYTES, end: initial.end };
  if (maximum?.end !== end) return undefined;
  return { initialPages: initial.value, maximumPages: maximum.value };
}

/** An unsigned LEB128 number of at most five bytes. */
function readNumber(data: Uint8Array, from: number): { readonly value: number; readonly end: number } | undefined {
  let value = 0;
  for (let i = 0; i < 5; i++) {
    const byte = data[from + i];
    if (byte === undefined) return undefined;
    value += (byte & 0x7f) * 128 ** i;
    if (byte < 0x80) return { value, end: from + i + 1 };
  }
  return undefined;
}

function numberBytes(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 0x7f) {
    bytes.push((rest % 128) | 0x80);
    rest = Math.floor(rest / 128);
  }
  bytes.push(rest);
  return bytes;
}

function splice(data: Uint8Array, from: number, end: number, by: readonly number[]): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(from + by.length + data.length - end);
  out.set(data.subarray(0, from));
  out.set(by, from);
  out.set(data.subarray(end), from + by.length);
  return out;
}
