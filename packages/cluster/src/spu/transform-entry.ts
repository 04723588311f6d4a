/** One entry of a Produce request through a chain of SmartModules. */
import type { ErrorCode } from '@fluvio-ts/protocol';
import { readBatches } from '@fluvio-ts/protocol';
import type { SmartModuleChain } from '@fluvio-ts/smartmodule';
import { transformProduce } from '@fluvio-ts/smartmodule';
import { codecs, codeOf } from './smartmodules.ts';

/** Batches to store, none if nothing came through; or why the entry is refused. */
export type Transformed = { readonly records: Uint8Array } | { readonly refused: ErrorCode };

/** Has a chain transform the batches of an entry. */
export async function transformed(
  chain: SmartModuleChain,
  records: Uint8Array,
  signal?: AbortSignal,
): Promise<Transformed> {
  try {
    const { batches, rest, missingBytes } = readBatches(records);
    if (rest.length > 0) return { refused: { kind: 'Other', message: `the last batch lacks ${missingBytes} bytes` } };
    const outcome = await transformProduce(chain, batches, signal === undefined ? { codecs } : { codecs, signal });
    return outcome.error === undefined ? outcome : { refused: codeOf(outcome.error, 'produce') };
  } catch (error) {
    return { refused: codeOf(error, 'produce') };
  }
}
