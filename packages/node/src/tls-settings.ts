/** How a connection is secured: certificates as values, or as files that are read again when they change. */
import type { TlsOptions } from '@fluvio-ts/adapter-tcp';
import { nodeError } from './errors.ts';

/** {@link TlsOptions}, with files in place of values where you like. */
export interface TlsSettings extends TlsOptions {
  /** File with the certificates of the CAs to trust, instead of `ca`. */
  readonly caPath?: string;
  /** File with our certificate, followed by its intermediates, instead of `cert`. */
  readonly certPath?: string;
  /** File with the private key of our certificate, instead of `key`. */
  readonly keyPath?: string;
}

/** Settings taken apart: what stays, and which files fill the rest. */
export interface TlsSources {
  readonly values: TlsOptions;
  readonly files: readonly TlsFile[];
}

/** A file and the option that it fills. */
export interface TlsFile {
  readonly option: 'ca' | 'cert' | 'key';
  readonly path: string;
}

/** Takes settings apart. @throws `option/invalid` where one thing is given as a value and as a file */
export function tlsSources({ caPath, certPath, keyPath, ...values }: TlsSettings): TlsSources {
  const paths = { ca: caPath, cert: certPath, key: keyPath };
  const files: TlsFile[] = [];
  for (const option of ['ca', 'cert', 'key'] as const) {
    const path = paths[option];
    if (path === undefined) continue;
    if (values[option] !== undefined) {
      const reason = `and tls.${option}Path are both given: give one of them`;
      throw nodeError('option/invalid', { option: `tls.${option}`, reason });
    }
    files.push({ option, path });
  }
  return { values, files };
}
