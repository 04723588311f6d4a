/** Issues certificates: an authority, and what it signs. ECDSA on P-256, made in a millisecond and accepted everywhere. */
import { createHash, createPrivateKey, KeyObject, randomBytes, webcrypto, X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import * as asn1js from 'asn1js';
import * as pkijs from 'pkijs';
import type { Pair } from './pem-files.ts';

/** What a certificate says of its owner. */
export interface Subject {
  /** Fluvio takes it for the name of a client. */
  readonly commonName: string;
  /** Roles of a client. */
  readonly organizations?: readonly string[];
  /** Host names and IP addresses that the owner is reached by. */
  readonly names?: readonly string[];
}

/** From when to when a certificate is good. */
export interface Period {
  readonly from: Date;
  readonly to: Date;
}

/** What a certificate is for. */
export type Usage = 'server' | 'client';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256' };
const OID = {
  commonName: '2.5.4.3',
  organization: '2.5.4.10',
  subjectKeyId: '2.5.29.14',
  keyUsage: '2.5.29.15',
  alternativeNames: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  authorityKeyId: '2.5.29.35',
  extendedKeyUsage: '2.5.29.37',
  serverAuth: '1.3.6.1.5.5.7.3.1',
  clientAuth: '1.3.6.1.5.5.7.3.2',
};
const DNS_NAME = 2;
const IP_ADDRESS = 7;

const engine = new pkijs.CryptoEngine({ name: 'node', crypto: webcrypto as unknown as Crypto });

/** Makes an authority that may sign servers and clients, and no further authorities. */
export async function issueAuthority(commonName: string, period: Period): Promise<Pair> {
  const keys = await newKeys();
  const certificate = blank({ commonName }, period);
  certificate.issuer = certificate.subject;
  await certificate.subjectPublicKeyInfo.importKey(keys.publicKey, engine);
  const id = keyId(certificate);
  certificate.extensions = [
    extension(OID.basicConstraints, new pkijs.BasicConstraints({ cA: true, pathLenConstraint: 0 }).toSchema(), true),
    // The bits of keyCertSign and cRLSign.
    extension(OID.keyUsage, new asn1js.BitString({ valueHex: Uint8Array.of(0b0000_0110).buffer, unusedBits: 1 }), true),
    extension(OID.subjectKeyId, new asn1js.OctetString({ valueHex: id })),
  ];
  return signed(certificate, keys, keys.privateKey);
}

/** Has an authority sign a new key. */
export async function issue(authority: Pair, subject: Subject, usage: Usage, period: Period): Promise<Pair> {
  const keys = await newKeys();
  const issuer = pkijs.Certificate.fromBER(new Uint8Array(new X509Certificate(authority.cert).raw));
  const certificate = blank(subject, period);
  certificate.issuer = issuer.subject;
  await certificate.subjectPublicKeyInfo.importKey(keys.publicKey, engine);
  const purpose = usage === 'server' ? OID.serverAuth : OID.clientAuth;
  certificate.extensions = [
    extension(OID.basicConstraints, new pkijs.BasicConstraints({ cA: false }).toSchema(), true),
    // The bit of digitalSignature.
    extension(OID.keyUsage, new asn1js.BitString({ valueHex: Uint8Array.of(0b1000_0000).buffer, unusedBits: 7 }), true),
    extension(OID.extendedKeyUsage, new pkijs.ExtKeyUsage({ keyPurposes: [purpose] }).toSchema()),
    extension(OID.subjectKeyId, new asn1js.OctetString({ valueHex: keyId(certificate) })),
    extension(
      OID.authorityKeyId,
      new pkijs.AuthorityKeyIdentifier({
        keyIdentifier: new asn1js.OctetString({ valueHex: keyId(issuer) }),
      }).toSchema(),
    ),
  ];
  const { names = [] } = subject;
  if (names.length > 0) {
    const altNames = names.map((name) =>
      isIP(name) === 0
        ? new pkijs.GeneralName({ type: DNS_NAME, value: name })
        : new pkijs.GeneralName({ type: IP_ADDRESS, value: new asn1js.OctetString({ valueHex: ipBytes(name) }) }),
    );
    certificate.extensions.push(
      extension(OID.alternativeNames, new pkijs.GeneralNames({ names: altNames }).toSchema()),
    );
  }
  return signed(certificate, keys, await importKey(authority.key));
}

function blank({ commonName, organizations = [] }: Subject, { from, to }: Period): pkijs.Certificate {
  const certificate = new pkijs.Certificate();
  // X.509 version 3.
  certificate.version = 2;
  const serial = randomBytes(16);
  // A positive number of full length.
  serial[0] = 0x40 | ((serial[0] as number) & 0x3f);
  certificate.serialNumber = new asn1js.Integer({ valueHex: new Uint8Array(serial).buffer });
  certificate.subject = distinguishedName([
    [OID.commonName, commonName],
    ...organizations.map((value): [string, string] => [OID.organization, value]),
  ]);
  certificate.notBefore.value = from;
  certificate.notAfter.value = to;
  return certificate;
}

/** A name of several parts. The library itself would make one part of them all. */
function distinguishedName(
  parts: readonly (readonly [type: string, value: string])[],
): pkijs.RelativeDistinguishedNames {
  const value = parts.map(([type, value]) => {
    const part = new pkijs.AttributeTypeAndValue({ type, value: new asn1js.Utf8String({ value }) });
    return new asn1js.Set({ value: [part.toSchema()] });
  });
  return pkijs.RelativeDistinguishedNames.fromBER(new asn1js.Sequence({ value }).toBER(false));
}

const extension = (extnID: string, value: asn1js.BaseBlock, critical = false): pkijs.Extension =>
  new pkijs.Extension({ extnID, critical, extnValue: value.toBER(false) });

/** The usual name of a key: the hash of its bits. */
function keyId(certificate: pkijs.Certificate): ArrayBuffer {
  const bits = certificate.subjectPublicKeyInfo.subjectPublicKey.valueBlock.valueHexView;
  return new Uint8Array(createHash('sha1').update(bits).digest()).buffer;
}

async function signed(certificate: pkijs.Certificate, own: CryptoKeyPair, by: CryptoKey): Promise<Pair> {
  await certificate.sign(by, 'SHA-256', engine);
  const der = new Uint8Array(certificate.toSchema(true).toBER(false));
  const key = KeyObject.from(own.privateKey as webcrypto.CryptoKey).export({ type: 'pkcs8', format: 'pem' });
  return { cert: `${new X509Certificate(der).toString().trimEnd()}\n`, key: key as string };
}

const newKeys = (): Promise<CryptoKeyPair> =>
  webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']) as Promise<CryptoKeyPair>;

const importKey = (pem: string): Promise<CryptoKey> =>
  webcrypto.subtle.importKey(
    'pkcs8',
    createPrivateKey(pem).export({ type: 'pkcs8', format: 'der' }),
    ALGORITHM,
    false,
    ['sign'],
  ) as Promise<CryptoKey>;

/** The bytes of an IP address: 4 or 16. */
function ipBytes(address: string): ArrayBuffer {
  if (isIP(address) === 4) return Uint8Array.from(address.split('.').map(Number)).buffer;
  // The URL parser writes IPv6 in its shortest form, with hexadecimal groups only.
  const [before = '', after] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::');
  const groups = (text: string): number[] => (text === '' ? [] : text.split(':').map((group) => parseInt(group, 16)));
  const head = groups(before);
  const tail = after === undefined ? [] : groups(after);
  const all = [...head, ...new Array<number>(8 - head.length - tail.length).fill(0), ...tail];
  return Uint8Array.from(all.flatMap((group) => [group >> 8, group & 0xff])).buffer;
}
