/** SmartModules as callers name them, and how they stand in a request: the same for producers and consumers. */
import type { Codecs, Lookback, SmartModuleInvocation, SmartModuleSource } from '@fluvio-ts/protocol';
import { clientError } from './errors.ts';

/** A SmartModule for the SPU to run: one that the cluster stores, or one that is sent along. */
export type SmartModuleUse = SmartModuleSettings &
  (
    | {
        /** Under which the cluster stores it: `name`, `group/name` or `group/name@version`. */
        readonly name: string;
        readonly wasm?: undefined;
      }
    | {
        /** The module itself: a `.wasm` file, or gzip of one. */
        readonly wasm: Uint8Array;
        /** What errors call it. Default: its place in the chain. */
        readonly name?: string;
      }
  );

/** What a SmartModule is told. */
export interface SmartModuleSettings {
  /** Parameters by name. */
  readonly params?: Readonly<Record<string, string>>;
  /** Records of the partition that the module reads before it starts, for example to find duplicates. Default none. */
  readonly lookback?: SmartModuleLookback;
  /** What an aggregate starts from. Default nothing. */
  readonly accumulator?: Uint8Array | string;
}

/** How far a module looks back: over the last records, over those of an age, or over the last ones of an age. */
export interface SmartModuleLookback {
  /** Most records. Default 0, which with `ageMs` means all of that age. */
  readonly last?: number | bigint;
  /** Milliseconds. */
  readonly ageMs?: number;
}

const utf8 = new TextEncoder();

/**
 * @internal A chain as it stands in a request. What is sent along is compressed, by the gzip of `codecs` or by the
 * runtime's own.
 *
 * @throws `option/invalid` for a use that cannot work, and where nothing can compress
 */
export function smartModuleChain(
  uses: readonly SmartModuleUse[],
  codecs: Codecs = {},
): Promise<readonly SmartModuleInvocation[]> {
  return Promise.all(uses.map((use, place) => invocationOf(use, place, codecs)));
}

async function invocationOf(use: SmartModuleUse, place: number, codecs: Codecs): Promise<SmartModuleInvocation> {
  const refuse = (reason: string, cause?: unknown): Error =>
    clientError('option/invalid', { option: `smartModules[${place}]`, reason }, cause);
  const { accumulator } = use;
  const wasm = await sourceOf(use, codecs, refuse);
  const params = new Map(Object.entries(use.params ?? {}));
  for (const [name, value] of params) {
    if (typeof value !== 'string') throw refuse(`has a parameter '${name}' that is no text`);
  }
  return {
    wasm,
    // Not `filter`, `map` and so on: the module's exports decide, and a wrong claim is an error at the SPU.
    kind: {
      kind: 'generic',
      context:
        accumulator === undefined
          ? { kind: 'none' }
          : {
              kind: 'aggregate',
              accumulator: typeof accumulator === 'string' ? utf8.encode(accumulator) : accumulator,
            },
    },
    params: { params, lookback: use.lookback === undefined ? undefined : lookbackOf(use.lookback, refuse) },
    name: wasm.kind === 'adHoc' ? use.name : undefined,
  };
}

async function sourceOf(
  use: SmartModuleUse,
  codecs: Codecs,
  refuse: (reason: string, cause?: unknown) => Error,
): Promise<SmartModuleSource> {
  const { wasm, name } = use;
  if (wasm === undefined) {
    if (typeof name !== 'string' || name === '') throw refuse('has neither a name nor wasm');
    return { kind: 'predefined', name };
  }
  return { kind: 'adHoc', gzippedWasm: await gzippedWasm(wasm, codecs, refuse) };
}

/** @internal The gzip of a module, by the codec that is there or by the runtime's own; what is gzip already is taken as it is. */
export async function gzippedWasm(
  wasm: Uint8Array,
  codecs: Codecs,
  refuse: (reason: string) => Error,
): Promise<Uint8Array> {
  if (wasm[0] === 0x1f && wasm[1] === 0x8b) return wasm;
  const isWasm = wasm[0] === 0 && wasm[1] === 0x61 && wasm[2] === 0x73 && wasm[3] === 0x6d;
  if (!isWasm) throw refuse('is neither a WebAssembly module nor gzip of one');
  if (codecs.gzip !== undefined) return codecs.gzip.compress(wasm);
  if (typeof CompressionStream === 'undefined') {
    throw refuse(
      'cannot be compressed, since this runtime has no CompressionStream: pass gzip of it, or codecs to connect()',
    );
  }
  const compressed = new Blob([wasm as Uint8Array<ArrayBuffer>]).stream().pipeThrough(new CompressionStream('gzip'));
  return new Uint8Array(await new Response(compressed).arrayBuffer());
}

function lookbackOf({ last = 0, ageMs }: SmartModuleLookback, refuse: (reason: string) => Error): Lookback {
  const isCount = typeof last === 'bigint' ? last >= 0n : Number.isSafeInteger(last) && last >= 0;
  if (!isCount) throw refuse(`looks back on ${last} records: that must be a whole number from 0`);
  if (ageMs === undefined) return { last: BigInt(last), age: undefined };
  if (!(ageMs >= 0 && ageMs <= Number.MAX_SAFE_INTEGER)) {
    throw refuse(`looks back ${ageMs} ms: that must be a number from 0`);
  }
  const nanos = Math.floor((ageMs % 1000) * 1_000_000);
  return { last: BigInt(last), age: { seconds: BigInt(Math.floor(ageMs / 1000)), nanos } };
}
