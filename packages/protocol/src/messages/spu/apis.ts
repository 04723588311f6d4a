/** Every API of an SPU's public port. */
import { SpuApiVersions } from '../api-versions.ts';
import { DeleteConsumerOffset, FetchConsumerOffsets, UpdateConsumerOffset } from './consumer-offsets.ts';
import { Fetch } from './fetch.ts';
import { ReplicaOffsetUpdate, StartMirror } from './mirror.ts';
import { FetchOffsets } from './offsets.ts';
import { Produce } from './produce.ts';
import { StreamFetch, UpdateOffsets } from './stream-fetch.ts';

/** By name, as tools and tests walk them. */
export const spuApis = {
  ApiVersions: SpuApiVersions,
  Produce,
  Fetch,
  FetchOffsets,
  StreamFetch,
  UpdateOffsets,
  UpdateConsumerOffset,
  DeleteConsumerOffset,
  FetchConsumerOffsets,
  StartMirror,
  ReplicaOffsetUpdate,
} as const;
