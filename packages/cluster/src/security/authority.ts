/**
 * The development authority of a data folder: it issues the certificates of the servers and of some clients, and renews
 * them before they expire. Its folder is its owner's alone, and so are its files.
 */
import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { join } from 'node:path';
import type { Subject, Usage } from './certificates.ts';
import type { Pair, PairPaths } from './pem-files.ts';
import { readPair, writePair } from './pem-files.ts';

/** The authority of one data folder. */
export interface Authority {
  /** Its certificate, PEM. */
  readonly cert: string;
  /** Where that is kept. */
  readonly path: string;
  /** The pair of a server or client: the one that is kept, or a new one where that is missing, unfit or about to expire. */
  ensure(file: string, subject: Subject, usage: Usage): Promise<Pair & { readonly paths: PairPaths }>;
}

/** How an authority behaves; for tests. */
export interface AuthorityClock {
  readonly now?: () => Date;
}

const DAY_MS = 86_400_000;
/** Clocks differ. */
const BEFORE_MS = 3_600_000;
const AUTHORITY_DAYS = 3650;
/** Some clients refuse server certificates for longer. */
const LEAF_DAYS = 397;
/** Renewed when less than this is left. */
const LEAF_MARGIN_DAYS = 30;
/** A leaf never outlives its authority. */
const AUTHORITY_MARGIN_DAYS = LEAF_DAYS + 1;

/** Where the authority of a data folder keeps a pair. */
export const pairPaths = (dataDir: string, name: string): PairPaths => ({
  cert: join(dataDir, 'tls', `${name}.crt`),
  key: join(dataDir, 'tls', `${name}.key`),
});

/** Opens the authority of a data folder; makes one if there is none that is good for long enough. @throws `storage/io` */
export async function openAuthority(
  dataDir: string,
  { now = () => new Date() }: AuthorityClock = {},
): Promise<Authority> {
  const pathsOf = (name: string): PairPaths => pairPaths(dataDir, name);
  const period = (days: number) => ({
    from: new Date(now().getTime() - BEFORE_MS),
    to: new Date(now().getTime() + days * DAY_MS),
  });
  const lasts = (cert: X509Certificate, marginDays: number): boolean =>
    Date.parse(cert.validTo) - now().getTime() > marginDays * DAY_MS && Date.parse(cert.validFrom) <= now().getTime();

  const paths = pathsOf('ca');
  let own = readPair(paths);
  if (own === undefined || !lasts(new X509Certificate(own.cert), AUTHORITY_MARGIN_DAYS)) {
    // Loaded where it is needed: it takes longer than all else that starts.
    const { issueAuthority } = await import('./certificates.ts');
    own = await issueAuthority('fluvio-ts development authority', period(AUTHORITY_DAYS));
    writePair(paths, own);
  }
  const authority = own;
  const signer = new X509Certificate(authority.cert);

  return {
    cert: authority.cert,
    path: paths.cert,
    async ensure(file, subject, usage) {
      const paths = pathsOf(file);
      const kept = readPair(paths);
      if (kept !== undefined) {
        const cert = new X509Certificate(kept.cert);
        if (
          cert.checkIssued(signer) &&
          cert.verify(signer.publicKey) &&
          lasts(cert, LEAF_MARGIN_DAYS) &&
          says(cert, subject)
        ) {
          return { ...kept, paths };
        }
      }
      const { issue } = await import('./certificates.ts');
      const pair = await issue(authority, subject, usage, period(LEAF_DAYS));
      writePair(paths, pair);
      return { ...pair, paths };
    },
  };
}

/** Whether a certificate says the same as a subject, or more. */
function says(cert: X509Certificate, { commonName, organizations = [], names = [] }: Subject): boolean {
  const lines = cert.subject.split('\n');
  const roles = lines.filter((line) => line.startsWith('O='));
  return (
    lines.includes(`CN=${commonName}`) &&
    roles.length === organizations.length &&
    organizations.every((role) => roles.includes(`O=${role}`)) &&
    names.every((name) => (isIP(name) === 0 ? cert.checkHost(name) : cert.checkIP(name)) !== undefined)
  );
}
