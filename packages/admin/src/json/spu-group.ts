/** The JSON of SPU groups. */
import type {
  EnvVar,
  ReplicationConfig,
  SpuConfig,
  SpuGroupSpec,
  SpuGroupStatus,
  SpuStorageConfig,
} from '@fluvio-ts/protocol';
import { SpuGroupStatusResolution } from '@fluvio-ts/protocol';
import type { JsonObject, Shape } from './shape.ts';
import { i32, list, nullable, object, required, text, u16, word } from './shape.ts';

const spuConfig = object<SpuConfig>({
  rack: required(nullable(text)),
  replication: required(nullable(object<ReplicationConfig>({ inSyncReplicaMin: required(nullable(u16)) }))),
  storage: required(
    nullable(object<SpuStorageConfig>({ logDir: required(nullable(text)), size: required(nullable(text)) })),
  ),
  env: required(list(object<EnvVar>({ name: required(text), value: required(text) }))),
});

export const spuGroupSpecShape: Shape<SpuGroupSpec, JsonObject> = object<SpuGroupSpec>({
  replicas: required(u16),
  minId: required(i32),
  spuConfig: required(spuConfig),
});

export const spuGroupStatusShape: Shape<SpuGroupStatus, JsonObject> = object<SpuGroupStatus>({
  resolution: required(word(SpuGroupStatusResolution)),
  reason: required(nullable(text)),
});
