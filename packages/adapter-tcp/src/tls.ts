/** TLS options: what users give, checked at once and prepared for every connection. */
import type { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import type { SecureContext } from 'node:tls';
import type { Endpoint } from '@fluvio-ts/protocol';
import { builtin } from './builtin.ts';
import { tcpError } from './errors.ts';

/** A certificate or a key in PEM form, as text or as bytes. */
export type Pem = string | Uint8Array;

/** How a TLS connection is secured. All certificates and keys are values: reading and reloading files is the caller's. */
export interface TlsOptions {
  /**
   * Certificates of the CAs to trust, instead of the default ones. Default: those of the runtime (in Node, the roots that
   * it ships and what NODE_EXTRA_CA_CERTS adds).
   */
  readonly ca?: Pem | readonly Pem[];
  /** Our certificate, followed by its intermediates, for servers that want one (mutual TLS). Goes with `key`. */
  readonly cert?: Pem;
  /** The private key of `cert`. */
  readonly key?: Pem;
  /** Decrypts `key`. */
  readonly passphrase?: string;
  /**
   * The cluster's name in its certificates, such as `fluvio.local`, where it differs from the addresses dialled. The SC is
   * verified as `<domain>`, an SPU as `<its name>.<domain>`. Default: each server is verified as the host dialled.
   */
  readonly domain?: string;
  /**
   * **Insecure.** Accepts any certificate of anyone, so that whoever sits in between can read and change everything. For
   * tests only. Default false.
   */
  readonly insecureSkipVerify?: boolean;
}

/** {@link TlsOptions}, checked and parsed once. */
export interface TlsPlan {
  readonly context: SecureContext;
  readonly verify: boolean;
  readonly clientCertificate: boolean;
  /** The name that the server's certificate must carry. */
  readonly serverName: (to: Endpoint) => string;
}

/**
 * Checks and parses TLS options.
 *
 * @throws FluvioError `tls/options`
 */
export function planTls(options: TlsOptions): TlsPlan {
  const { ca, cert, key, passphrase, domain, insecureSkipVerify = false } = options;
  const trusted = ca === undefined ? undefined : [ca].flat().map((pem) => certificate('ca', pem).pem);
  const pair = cert === undefined && key === undefined ? undefined : ownPair(cert, key, passphrase);
  return {
    context: builtin('node:tls').createSecureContext({ ...(trusted && { ca: trusted }), ...pair }),
    verify: !insecureSkipVerify,
    clientCertificate: pair !== undefined,
    serverName: (to) => {
      if (domain === undefined) return to.address.host;
      return to.kind === 'sc' ? domain : `${to.name}.${domain}`;
    },
  };
}

/** The name for SNI: none for an IP address, which servers refuse there. */
export function sniName(serverName: string): string | undefined {
  return isIP(serverName) === 0 ? serverName : undefined;
}

function ownPair(cert: Pem | undefined, key: Pem | undefined, passphrase: string | undefined) {
  if (cert === undefined) throw tcpError('tls/options', { option: 'cert', reason: 'a `key` was given without it' });
  if (key === undefined) throw tcpError('tls/options', { option: 'key', reason: 'a `cert` was given without it' });
  const own = certificate('cert', cert);
  const pem = text(key);
  const parsed = attempt('key', () =>
    builtin('node:crypto').createPrivateKey({
      key: pem,
      format: 'pem',
      ...(passphrase !== undefined && { passphrase }),
    }),
  );
  if (!own.parsed.checkPrivateKey(parsed)) {
    throw tcpError('tls/options', { option: 'key', reason: `it does not belong to the certificate in \`cert\`` });
  }
  return { cert: own.pem, key: pem, ...(passphrase !== undefined && { passphrase }) };
}

/** Parses the first certificate of `pem`: OpenSSL itself ignores a text without any, and then trusts nobody. */
function certificate(option: string, given: Pem): { readonly pem: string; readonly parsed: X509Certificate } {
  const pem = text(given);
  if (!pem.includes('-----BEGIN')) {
    throw tcpError('tls/options', { option, reason: 'it is not PEM (no -----BEGIN line); give contents, not a path' });
  }
  return { pem, parsed: attempt(option, () => new (builtin('node:crypto').X509Certificate)(pem)) };
}

const text = (pem: Pem): string => (typeof pem === 'string' ? pem : new TextDecoder().decode(pem));

function attempt<T>(option: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw tcpError('tls/options', { option, reason: (error as Error).message }, error);
  }
}
