/** Asks an SPU what its replicas have, on its private port. */
import type { Transport } from '@fluvio-ts/protocol';
import { startSession } from '@fluvio-ts/protocol/internal';
import { DescribeReplicas } from '../private/replication.ts';
import type { Candidate } from '../replication/leadership.ts';
import type { AskedReplica } from './elections.ts';
import { partitionName } from './objects.ts';
import type { StoredObject } from './store.ts';

/** An SPU that is alive answers within milliseconds; one that does not is no candidate. */
const ANSWER_MS = 500;

/** The ends of the replicas that can lead, by name of the partition. Rejects when there is no answer in time. */
export async function askSpu(
  transport: Transport,
  { name, spec: { id, privateEndpoint } }: StoredObject<'SPU'>,
  replicas: readonly AskedReplica[],
): Promise<ReadonlyMap<string, Candidate>> {
  const { host, port } = privateEndpoint;
  const signal = AbortSignal.timeout(ANSWER_MS);
  const pipe = await transport.connect({ kind: 'spu', id, name, address: { host, port } }, { signal });
  const session = await startSession(pipe, { server: 'spu', clientId: 'sc', signal });
  try {
    const answer = await session.call(DescribeReplicas, { replicas }, { signal });
    return new Map(
      answer.replicas.map(({ replica, lastEpoch, endOffset }) => [
        partitionName(replica.topic, replica.partition),
        { spu: id, lastEpoch, endOffset: Number(endOffset) },
      ]),
    );
  } finally {
    session.close('the question was answered');
  }
}
