/** SPUs: where they listen and whether they are there. `Spu` is any of them, `CustomSpu` one that an operator registered. */
import type { Infer } from '../../wire/schema.ts';
import { choice, i32, list, option, since, string, struct, u16 } from '../../wire/schema.ts';

/** Whether an endpoint speaks TLS. Rust: `EncryptionEnum`, fluvio-controlplane-metadata/src/spu/spec.rs. */
export const EncryptionEnum = choice({ PLAINTEXT: 0, SSL: 1 });
/** The value type of {@link EncryptionEnum}. */
export type EncryptionEnum = Infer<typeof EncryptionEnum>;

/** One way to reach a public endpoint: the host name if there is one, else the IP address. Rust: `IngressAddr`, fluvio-controlplane-metadata/src/spu/spec.rs. */
export const IngressAddr = struct({ hostname: option(string), ip: option(string) });
/** The value type of {@link IngressAddr}. */
export interface IngressAddr extends Infer<typeof IngressAddr> {}

/** Where clients connect. Rust: `IngressPort`, fluvio-controlplane-metadata/src/spu/spec.rs. */
export const IngressPort = struct({
  port: u16,
  /** Clients take the first. */
  ingress: list(IngressAddr),
  encryption: EncryptionEnum,
});
/** The value type of {@link IngressPort}. */
export interface IngressPort extends Infer<typeof IngressPort> {}

/** A host and a port. Rust: `Endpoint`, fluvio-controlplane-metadata/src/spu/spec.rs. */
export const SpuEndpoint = struct({
  port: u16,
  /** An empty text reads as `127.0.0.1` in Rust. */
  host: string,
  encryption: EncryptionEnum,
});
/** The value type of {@link SpuEndpoint}. */
export interface SpuEndpoint extends Infer<typeof SpuEndpoint> {}

/** Who runs an SPU: an SPU group, or an operator. Rust: `SpuType`, fluvio-controlplane-metadata/src/spu/spec.rs. */
export const SpuType = choice({ Managed: 0, Custom: 1 });
/** The value type of {@link SpuType}. */
export type SpuType = Infer<typeof SpuType>;

/** An SPU of any type. Rust: `SpuSpec`, fluvio-controlplane-metadata/src/spu/spec.rs. */
export const SpuSpec = struct({
  /** The number that partitions name; `spuId` in Fluvio's JSON. */
  id: i32,
  spuType: SpuType,
  /** For clients. */
  publicEndpoint: IngressPort,
  /** For the SC and the other SPUs. */
  privateEndpoint: SpuEndpoint,
  rack: option(string),
  /** For clients inside the cluster's own network. */
  publicEndpointLocal: since(1, option(SpuEndpoint), undefined),
});
/** The value type of {@link SpuSpec}. */
export interface SpuSpec extends Infer<typeof SpuSpec> {}

/** An SPU to register: `SpuSpec` without a type, and without gates. Rust: `CustomSpuSpec`, fluvio-controlplane-metadata/src/spu/spec.rs. */
export const CustomSpuSpec = struct({
  id: i32,
  publicEndpoint: IngressPort,
  privateEndpoint: SpuEndpoint,
  rack: option(string),
  publicEndpointLocal: option(SpuEndpoint),
});
/** The value type of {@link CustomSpuSpec}. */
export interface CustomSpuSpec extends Infer<typeof CustomSpuSpec> {}

/** Whether the SC hears from an SPU; `Init` until the first time. Rust: `SpuStatusResolution`, fluvio-controlplane-metadata/src/spu/status.rs. */
export const SpuStatusResolution = choice({ Online: 0, Offline: 1, Init: 2 });
/** The value type of {@link SpuStatusResolution}. */
export type SpuStatusResolution = Infer<typeof SpuStatusResolution>;

/** State of an SPU. Rust: `SpuStatus`, fluvio-controlplane-metadata/src/spu/status.rs. */
export const SpuStatus = struct({ resolution: SpuStatusResolution });
/** The value type of {@link SpuStatus}. */
export interface SpuStatus extends Infer<typeof SpuStatus> {}
