/** For tests: WebAssembly modules of a few bytes that do what no SDK would. */

/** What a tiny module does when it is called. */
export interface TinyModule {
  /** Name of the transform; none to leave it out. Default `filter`. */
  readonly transform?: string;
  /** Module and name of what it imports. Default `env.copy_records`. */
  readonly imports?: readonly (readonly [module: string, name: string])[];
  /** Where `alloc` says that there is room. Default 2048. */
  readonly allocAt?: number;
  /** What the transform announces; undefined for nothing. Default: all of `data`. */
  readonly announces?: { readonly at: number; readonly size: number } | undefined;
  /** Bytes that lie at 1024. Default: an empty output. */
  readonly data?: readonly number[];
  /** What the transform returns. Default 0. */
  readonly status?: number;
  /** Pages of memory. Default 1. */
  readonly pages?: number;
  /** Declares its memory as 64-bit. */
  readonly wide?: boolean;
}

const DATA_AT = 1024;
const I32 = 0x7f;
const text = (word: string): number[] => [word.length, ...new TextEncoder().encode(word)];
const section = (id: number, body: readonly number[]): number[] => [id, ...unsigned(body.length), ...body];
const vector = (items: readonly (readonly number[])[]): number[] => [...unsigned(items.length), ...items.flat()];
const constant = (value: number): number[] => [0x41, ...signed(value)];

/** The bytes of a module. */
export function tinyModule(options: TinyModule = {}): Uint8Array {
  const {
    transform = 'filter',
    imports = [['env', 'copy_records']],
    allocAt = 2048,
    data = [0, 0, 0, 0, 0],
    status = 0,
    pages = 1,
    wide = false,
  } = options;
  const announces = 'announces' in options ? options.announces : { at: DATA_AT, size: data.length };
  const announce = announces === undefined ? [] : [...constant(announces.at), ...constant(announces.size), 0x10, 0];
  const body = (code: readonly number[]): number[] => [...unsigned(code.length + 2), 0, ...code, 0x0b];
  const first = imports.length;
  return new Uint8Array([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(
      1,
      vector([
        [0x60, 2, I32, I32, 0],
        [0x60, 1, I32, 1, I32],
        [0x60, 3, I32, I32, I32, 1, I32],
      ]),
    ),
    ...section(2, vector(imports.map(([module, name]) => [...text(module), ...text(name), 0, 0]))),
    ...section(3, vector([[1], [2]])),
    ...section(5, vector([[wide ? 4 : 0, ...unsigned(pages)]])),
    ...section(
      7,
      vector([
        [...text('memory'), 2, 0],
        [...text('alloc'), 0, first],
        [...text(transform), 0, first + 1],
      ]),
    ),
    ...section(10, vector([body(constant(allocAt)), body([...announce, ...constant(status)])])),
    ...section(11, vector([[0, ...constant(DATA_AT), 0x0b, ...unsigned(data.length), ...data]])),
  ]);
}

function unsigned(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)];
}

function signed(value: number): number[] {
  const low = value & 0x7f;
  const rest = value >> 7;
  const last = (rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0);
  return last ? [low] : [low | 0x80, ...signed(rest)];
}
