/**
 * Finds out that an SPU is gone although no connection has ended to say so: one that died while its SC was away never had a
 * connection to this one.
 */
import type { Transport } from '@fluvio-ts/protocol';
import { isFluvioError } from '@fluvio-ts/protocol';
import type { StoredObject } from './store.ts';

const ANSWER_MS = 500;

/** Whether nobody listens at the SPU's private port any more: its process has ended. Anything else says nothing. */
export async function isGone(
  transport: Transport,
  { name, spec: { id, privateEndpoint } }: StoredObject<'SPU'>,
): Promise<boolean> {
  const { host, port } = privateEndpoint;
  try {
    const address = { host, port };
    const signal = AbortSignal.timeout(ANSWER_MS);
    const pipe = await transport.connect({ kind: 'spu', id, name, address }, { signal });
    pipe.close();
    return false;
  } catch (error) {
    return isFluvioError(error) && error.code === 'connection/refused';
  }
}
