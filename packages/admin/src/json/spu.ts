/** The JSON of SPUs. */
import type { IngressAddr, IngressPort, SpuEndpoint, SpuSpec, SpuStatus } from '@fluvio-ts/protocol';
import { EncryptionEnum, SpuStatusResolution, SpuType } from '@fluvio-ts/protocol';
import type { JsonObject, Shape } from './shape.ts';
import { defaulted, i32, list, nullable, object, optional, required, text, u16, word } from './shape.ts';

const encryption = word(EncryptionEnum);

const ingressPort = object<IngressPort>({
  port: defaulted(u16, 0),
  ingress: defaulted(
    list(object<IngressAddr>({ hostname: required(nullable(text)), ip: required(nullable(text)) })),
    [],
  ),
  encryption: defaulted(encryption, 'PLAINTEXT'),
});

const endpoint = object<SpuEndpoint>({
  port: required(u16),
  host: required(text),
  encryption: required(encryption),
});

export const spuSpecShape: Shape<SpuSpec, JsonObject> = object<SpuSpec>({
  id: required(i32, 'spuId'),
  spuType: defaulted(word(SpuType), 'Managed'),
  publicEndpoint: required(ingressPort),
  privateEndpoint: required(endpoint),
  rack: optional(text),
  publicEndpointLocal: optional(endpoint),
});

export const spuStatusShape: Shape<SpuStatus, JsonObject> = object<SpuStatus>({
  resolution: required(word(SpuStatusResolution)),
});
