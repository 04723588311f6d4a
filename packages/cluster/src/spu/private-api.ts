/** The private API of an SPU, for one connection: of a follower, or of the SC. */
import { NO_ERROR, SpuApiVersions } from '@fluvio-ts/protocol';
import type { Route } from '@fluvio-ts/protocol/internal';
import { on } from '@fluvio-ts/protocol/internal';
import { ReadConsumerOffset, StoreConsumerOffset } from '../private/consumer-offsets.ts';
import { DescribeReplicas, PullReplicas, spuPrivateApiKeys } from '../private/replication.ts';
import type { ConsumerOffsets } from './consumer-offsets/consumer-offsets.ts';
import type { Feed } from './feed.ts';
import type { Replicas } from './replicas.ts';

/** The routes of one connection. */
export function spuPrivateRoutes(replicas: Replicas, feed: Feed, offsets: ConsumerOffsets): Route[] {
  return [
    on(SpuApiVersions, () => ({ errorCode: NO_ERROR, apiKeys: spuPrivateApiKeys, platformVersion: '0.0.0' })),
    on(PullReplicas, (request, call) => {
      feed.pull(request, call);
      return undefined;
    }),
    on(DescribeReplicas, (request) => ({
      replicas: request.replicas.flatMap(({ replica: { topic, partition }, incarnation }) => {
        const found = replicas.get(`${topic}-${partition}`);
        if (found?.incarnation !== incarnation || (found.state !== 'open' && found.state !== 'full')) return [];
        const { key, shape } = found;
        return [{ replica: key, incarnation, lastEpoch: shape.lastEpoch, endOffset: BigInt(shape.endOffset) }];
      }),
    })),
    on(StoreConsumerOffset, async (request) => ({ errorCode: await offsets.storeHere(request) })),
    on(ReadConsumerOffset, ({ replica, consumerId }) => offsets.readHere(replica, consumerId)),
  ];
}
