/** Certificates for tests, made at run time: authorities, servers, clients, and bad ones of every kind. */
import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type JsonGeneralNames,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';

/** A certificate and its private key, both PEM. */
export interface KeyPair {
  readonly cert: string;
  readonly key: string;
}

/** What {@link CertificateAuthority.issue} writes into a certificate. */
export interface CertificateRequest {
  /** The subject's common name. Default: the first DNS name, or `client`. */
  readonly commonName?: string;
  /** The subject's organizations: Fluvio takes a client's roles from there. */
  readonly organizations?: readonly string[];
  /** DNS names that the certificate covers, wildcards included. */
  readonly names?: readonly string[];
  /** IP addresses that it covers. */
  readonly ips?: readonly string[];
  /** Default: an hour ago. */
  readonly notBefore?: Date;
  /** Default: in a day. */
  readonly notAfter?: Date;
}

/** Signs certificates for one test. */
export interface CertificateAuthority {
  /** Its own certificate, for `ca` options. */
  readonly cert: string;
  /** A certificate for servers and clients alike. */
  issue(request?: CertificateRequest): Promise<KeyPair>;
}

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const HOUR_MS = 3_600_000;
const inHours = (hours: number): Date => new Date(Date.now() + hours * HOUR_MS);

/** A new authority, trusted by nobody who is not given its certificate. */
export async function certificateAuthority(commonName = 'test authority'): Promise<CertificateAuthority> {
  const keys = await generateKeys();
  const own = await X509CertificateGenerator.createSelfSigned(
    {
      name: [{ CN: [commonName] }],
      keys,
      signingAlgorithm: algorithm,
      notBefore: inHours(-1),
      notAfter: inHours(24),
      extensions: [
        new BasicConstraintsExtension(true, undefined, true),
        new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      ],
    },
    webcrypto as Crypto,
  );
  return {
    cert: own.toString('pem'),
    async issue({ names = [], ips = [], organizations = [], notBefore, notAfter, commonName: subject } = {}) {
      const subjectKeys = await generateKeys();
      const alternatives: JsonGeneralNames = [
        ...names.map((value) => ({ type: 'dns' as const, value })),
        ...ips.map((value) => ({ type: 'ip' as const, value })),
      ];
      const certificate = await X509CertificateGenerator.create(
        {
          subject: [
            { CN: [subject ?? names[0] ?? 'client'] },
            ...(organizations.length > 0 ? [{ O: [...organizations] }] : []),
          ],
          issuer: own.subject,
          publicKey: subjectKeys.publicKey,
          signingKey: keys.privateKey,
          signingAlgorithm: algorithm,
          notBefore: notBefore ?? inHours(-1),
          notAfter: notAfter ?? inHours(24),
          extensions: [
            new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
            new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth, ExtendedKeyUsage.clientAuth]),
            ...(alternatives.length > 0 ? [new SubjectAlternativeNameExtension(alternatives)] : []),
          ],
        },
        webcrypto as Crypto,
      );
      return { cert: certificate.toString('pem'), key: await privateKeyPem(subjectKeys.privateKey) };
    },
  };
}

function generateKeys(): Promise<CryptoKeyPair> {
  return webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']) as Promise<CryptoKeyPair>;
}

async function privateKeyPem(key: CryptoKey): Promise<string> {
  const der = await webcrypto.subtle.exportKey('pkcs8', key as webcrypto.CryptoKey);
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return ['-----BEGIN PRIVATE KEY-----', ...lines, '-----END PRIVATE KEY-----', ''].join('\n');
}
