/** Who is at the other end of an accepted connection, as far as it has shown. */
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';

/** A client of a server. */
export interface PeerIdentity {
  /** First common name in the certificate, as in Fluvio. */
  readonly name: string;
  /** The organizations in the certificate. */
  readonly organizations: readonly string[];
}

/** Reads the certificate of a client; undefined for one that has shown none, or none that counts. */
export function identityOf(socket: Socket): PeerIdentity | undefined {
  if (!(socket instanceof TLSSocket) || !socket.authorized) return undefined;
  const subject = socket.getPeerCertificate().subject as Partial<Record<'CN' | 'O', string | string[]>> | undefined;
  const [name] = [subject?.CN ?? []].flat();
  if (name === undefined || name === '') return undefined;
  return { name, organizations: [subject?.O ?? []].flat() };
}

/** Why a connection whose handshake is over is not taken: it has shown a certificate that does not count. */
export function refusePeer(socket: Socket): string | undefined {
  if (!(socket instanceof TLSSocket) || socket.authorized) return undefined;
  const shown = socket.getPeerCertificate();
  if (shown === null || Object.keys(shown).length === 0) return undefined;
  // The type says Error; at run time it is the code of the failed check.
  return `its certificate is not acceptable (${String(socket.authorizationError)})`;
}
