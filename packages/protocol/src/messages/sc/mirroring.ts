/** Mirroring (key 1005): a remote cluster's SC asks its home for the topics that are mirrored to it, and is kept up to date. */
import type { Infer, Type } from '../../wire/schema.ts';
import { i32, labelled, list, option, string, struct } from '../../wire/schema.ts';
import { ErrorCode } from '../error-code.ts';
import type { Labelled } from './objects.ts';
import { TopicSpec } from './topic.ts';

/** Who asks. Rust: `MirroringRemoteClusterRequest`, `MirrorConnect`, fluvio-controlplane-metadata/src/mirroring/mod.rs. */
export const MirrorConnect = struct({
  /** Name of the asking cluster, as its home knows it. */
  remoteId: string,
});
/** The value type of {@link MirrorConnect}. */
export interface MirrorConnect extends Infer<typeof MirrorConnect> {}

/** The handshake under its label. */
export type MirroringRequest = Labelled<{ MirroringConnect: MirrorConnect }>;
/** Rust: `ObjectMirroringRequest`, fluvio-sc-schema/src/mirroring/mod.rs. */
export const MirroringRequest: Type<MirroringRequest> = labelled({ MirroringConnect: MirrorConnect });

/** A topic that is mirrored, and the SPU of the home cluster that has its partition. Rust: `MirroringSpecWrapper`, fluvio-controlplane-metadata/src/mirroring/mod.rs. */
export const MirroredTopic = struct({
  /** Name of the topic. */
  key: string,
  spec: TopicSpec,
  spuId: i32,
  spuKey: string,
  /** `host:port`. */
  spuEndpoint: string,
});
/** The value type of {@link MirroredTopic}. */
export interface MirroredTopic extends Infer<typeof MirroredTopic> {}

/** Pushed by the home about every five seconds, without a label. Rust: `MirroringStatusResponse`, fluvio-controlplane-metadata/src/mirroring/mod.rs. */
export const MirroringStatusResponse = struct({
  name: string,
  errorCode: ErrorCode,
  errorMessage: option(string),
  topics: list(MirroredTopic),
});
/** The value type of {@link MirroringStatusResponse}. */
export interface MirroringStatusResponse extends Infer<typeof MirroringStatusResponse> {}
