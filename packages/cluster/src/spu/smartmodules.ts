/** Runs the SmartModules of requests: finds them, and starts them as a chain in a thread of its own. */
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { codecs as allCodecs } from '@fluvio-ts/compression';
import type { Codecs, ErrorCode, SmartModuleInvocation } from '@fluvio-ts/protocol';
import { isFluvioError } from '@fluvio-ts/protocol';
import type { SmartModuleChain, SmartModuleError } from '@fluvio-ts/smartmodule';
import { resolveInvocations, toErrorCode } from '@fluvio-ts/smartmodule';
import { smartModuleHost } from '@fluvio-ts/smartmodule/worker';
import type { LimitSettings } from '../limits.ts';
import { reasonOf } from '../logger.ts';
import type { SmartModuleSource } from './smartmodule-source.ts';

/** Runs chains. */
export interface SmartModules {
  /**
   * Starts a chain. Close it, or its thread stays.
   *
   * @throws what {@link codeOf} has an answer for
   */
  start(
    invocations: readonly SmartModuleInvocation[],
    options: { readonly version: number; readonly signal?: AbortSignal },
  ): Promise<SmartModuleChain>;
  /** Ends every chain. */
  close(): Promise<void>;
}

/** Every codec that a batch may be compressed with. */
export const codecs: Codecs = allCodecs();

/** A module that decompresses to more is refused. */
const LARGEST_WASM_BYTES = 256 << 20;
/** Requests that produce through modules come one after another, from several clients at a time. */
const SPARE_THREADS = 4;

/** Makes a runner; it starts no thread before the first chain. */
export function createSmartModules(source: SmartModuleSource, limits: LimitSettings): SmartModules {
  const host = smartModuleHost({
    callTimeoutMs: limits.smartModuleMs,
    memoryLimitBytes: limits.smartModuleBytes,
    maxThreads: limits.smartModuleChains,
    spareThreads: SPARE_THREADS,
  });
  const decompress = promisify(gunzip);
  /** By the array that the source gives, which stays the same with the module. */
  const decompressed = new WeakMap<Uint8Array, Promise<Uint8Array>>();
  const unzip = (bytes: Uint8Array): Promise<Uint8Array> => {
    let wasm = decompressed.get(bytes);
    if (wasm === undefined) {
      wasm = decompress(bytes, { maxOutputLength: LARGEST_WASM_BYTES }).then((plain) => new Uint8Array(plain));
      decompressed.set(bytes, wasm);
    }
    return wasm;
  };

  return {
    async start(invocations, options) {
      const modules = await resolveInvocations(invocations, { find: source.find, gunzip: unzip });
      return host.startChain(modules, options);
    },
    close: () => host.close(),
  };
}

/** How an error on the way of records through modules is told to clients. */
export function codeOf(error: unknown, during: 'consume' | 'produce'): ErrorCode {
  if (isFluvioError(error) && error.code.startsWith('smartmodule/')) {
    return toErrorCode(error as SmartModuleError, during);
  }
  return { kind: 'Other', message: reasonOf(error) };
}
