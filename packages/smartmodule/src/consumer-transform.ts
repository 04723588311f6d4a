/** SmartModules in a consumer: for topics and servers that cannot run them. What a client takes as its `transform`. */
import type { Batch, Codecs } from '@fluvio-ts/protocol';
import type { ChainModule, ChainOptions, SmartModuleChain } from './chain.ts';
import { startChain } from './chain.ts';
import type { SmartModuleError } from './errors.ts';
import { transformStream } from './transform.ts';

/** Fits `ConsumerOptions.transform` of `@fluvio-ts/client`: a chain of its own for each partition. */
export interface ClientSmartModules {
  /** Starts the chain of one partition. @throws what {@link startChain} does */
  start(): Promise<ClientChain>;
}

/** A running chain of one partition. */
export interface ClientChain {
  /** Transforms one stored batch: whole batches come out, and each record has the offset that it had. */
  apply(
    batch: Batch,
    options: { readonly fromOffset: bigint; readonly codecs: Codecs },
  ): Promise<{
    readonly records: Uint8Array;
    readonly nextOffset: bigint;
    readonly error?: SmartModuleError | undefined;
  }>;
  /** Ends the chain. */
  close(): Promise<void>;
}

/** Settings of {@link clientSmartModules}. */
export interface ClientSmartModuleOptions extends ChainOptions {
  /** Starts a chain elsewhere than in this thread: `smartModuleHost().startChain` of `@fluvio-ts/smartmodule/worker`. */
  readonly start?: (modules: readonly ChainModule[]) => Promise<SmartModuleChain>;
}

/**
 * SmartModules that a consumer runs on what it reads, instead of the SPU.
 *
 * Modules that look back see nothing of the past here.
 *
 * ```ts
 * import { readFile } from 'node:fs/promises';
 * import { clientSmartModules } from '@fluvio-ts/smartmodule';
 *
 * const wasm = await readFile('contains.wasm');
 * const transform = clientSmartModules([{ wasm, params: { needle: 'fluvio' } }]);
 * // client.consumer('lines', { transform })
 * ```
 */
export function clientSmartModules(
  modules: readonly ChainModule[],
  { start, ...options }: ClientSmartModuleOptions = {},
): ClientSmartModules {
  return {
    async start() {
      const chain = await (start === undefined ? startChain(modules, options) : start(modules));
      return {
        apply: (batch, { fromOffset, codecs }) =>
          transformStream(chain, [batch], { fromOffset, codecs, layout: 'exact' }),
        close: () => chain.close(),
      };
    },
  };
}
