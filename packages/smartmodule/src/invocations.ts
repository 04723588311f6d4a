/** From modules as a request names them to modules that can be started. */
import type { Deduplication, SmartModuleInvocation, SmartModuleKind } from '@fluvio-ts/protocol';
import type { ChainModule } from './chain.ts';
import { smartModuleError } from './errors.ts';

/** Where stored modules are, and how they are decompressed. */
export interface ResolveOptions {
  /** The stored payload (gzip) of a module by `name`, `group/name` or `group/name@version`; undefined if there is none. */
  readonly find: (name: string) => Uint8Array | undefined | Promise<Uint8Array | undefined>;
  /** Decompresses gzip; should bound what comes out. */
  readonly gunzip: (bytes: Uint8Array) => Uint8Array | Promise<Uint8Array>;
}

/**
 * Finds and decompresses the modules of a request.
 *
 * @throws `smartmodule/not-found`, `smartmodule/not-gzip`, and what `find` throws
 */
export async function resolveInvocations(
  invocations: readonly SmartModuleInvocation[],
  { find, gunzip }: ResolveOptions,
): Promise<ChainModule[]> {
  const modules: ChainModule[] = [];
  for (const [position, { wasm, kind, params, name: label }] of invocations.entries()) {
    const name = wasm.kind === 'predefined' ? wasm.name : (label ?? `#${position + 1}`);
    const gzipped = wasm.kind === 'predefined' ? await find(wasm.name) : wasm.gzippedWasm;
    if (gzipped === undefined) throw smartModuleError('smartmodule/not-found', { module: name });
    let bytes: Uint8Array;
    try {
      bytes = await gunzip(gzipped);
    } catch (cause) {
      throw smartModuleError('smartmodule/not-gzip', { module: name, reason: (cause as Error).message }, cause);
    }
    modules.push({
      wasm: bytes,
      name,
      params: params.params,
      lookback: params.lookback,
      accumulator: accumulatorOf(kind),
    });
  }
  return modules;
}

/** The module that a topic's deduplication setting stands for: a filter that is told its bounds and looks back on them. */
export function deduplicationInvocation({ bounds, filter }: Deduplication): SmartModuleInvocation {
  const { count, age } = bounds;
  const params = new Map([['count', String(count)]]);
  if (age !== undefined) params.set('age', String(age.seconds * 1000n + BigInt(Math.floor(age.nanos / 1_000_000))));
  for (const [key, value] of filter.transform.with) params.set(key, value);
  return {
    wasm: { kind: 'predefined', name: filter.transform.uses },
    kind: { kind: 'filter' },
    params: { params, lookback: { last: count, age } },
    name: undefined,
  };
}

/** The module's exports decide what it does; of what the caller takes it for, only the aggregate's start counts. */
function accumulatorOf(kind: SmartModuleKind): Uint8Array | undefined {
  if (kind.kind === 'aggregate') return kind.accumulator;
  return kind.kind === 'generic' && kind.context.kind === 'aggregate' ? kind.context.accumulator : undefined;
}
