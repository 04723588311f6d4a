/** What a custom SPU shall be, in the words of a program instead of the wire's. */
import type { CustomSpuSpec, EncryptionEnum, SpuEndpoint, SpuSpec } from '@fluvio-ts/protocol';
import { parseAddress } from '@fluvio-ts/protocol';
import { adminError } from '../errors.ts';

/** Where an SPU listens. */
export interface SpuListener {
  readonly host: string;
  readonly port: number;
  /** Whether it speaks TLS there. Default `PLAINTEXT`. */
  readonly encryption?: EncryptionEnum;
}

/** A custom SPU to register: the controller then waits for a server of this id to report. */
export interface SpuSettings {
  /** Number that partitions name; no other SPU may have it. */
  readonly id: number;
  /** Default `custom-spu-<id>`. */
  readonly name?: string;
  /** For clients: `host:port`, or with its encryption. */
  readonly publicEndpoint: string | SpuListener;
  /** For the controller and the other SPUs. */
  readonly privateEndpoint: string | SpuListener;
  /** For clients inside the cluster's own network. Default: none. */
  readonly publicEndpointLocal?: string | SpuListener;
  /** Where it stands. Fluvio's scheduler does not look at it. Default: none. */
  readonly rack?: string;
}

/** The spec of an SPU with these settings. @throws `option/invalid` */
export function customSpuSpec(settings: SpuSettings): CustomSpuSpec {
  const { id, rack, publicEndpointLocal } = settings;
  if (!Number.isInteger(id) || id < 0 || id > 0x7fff_ffff) {
    throw adminError('option/invalid', {
      option: 'id',
      reason: `must be a whole number from 0 to 2147483647, not ${id}`,
    });
  }
  const { host, port, encryption } = endpoint('publicEndpoint', settings.publicEndpoint);
  return {
    id,
    // Official clients take the host name first, so an IP address goes there as well: as the official CLI does.
    publicEndpoint: { port, ingress: [{ hostname: host, ip: undefined }], encryption },
    privateEndpoint: endpoint('privateEndpoint', settings.privateEndpoint),
    rack,
    publicEndpointLocal:
      publicEndpointLocal === undefined ? undefined : endpoint('publicEndpointLocal', publicEndpointLocal),
  };
}

/** The spec that the controller makes of it. */
export const asSpuSpec = (spec: CustomSpuSpec): SpuSpec => ({ ...spec, spuType: 'Custom' });

function endpoint(option: string, given: string | SpuListener): SpuEndpoint {
  if (typeof given === 'string') return { ...parsed(option, given), encryption: 'PLAINTEXT' };
  const { host, port, encryption = 'PLAINTEXT' } = given;
  if (host !== '' && Number.isInteger(port) && port > 0 && port <= 0xffff) return { host, port, encryption };
  throw adminError('option/invalid', {
    option,
    reason: `needs a host and a port of 1 to 65535, not '${host}' and ${port}`,
  });
}

function parsed(option: string, text: string): { readonly host: string; readonly port: number } {
  try {
    return parseAddress(text);
  } catch (error) {
    throw adminError('option/invalid', { option, reason: `is wrong: ${(error as Error).message}` }, error);
  }
}
