/** Turns what Node says about a socket into this package's errors. */
import type { FluvioError } from '@fluvio-ts/protocol';
import { type Hop, type TcpCodes, tcpError } from './errors.ts';

/** What is known about a connection when it fails. */
export interface Circumstances extends Hop {
  /** How far it came. */
  readonly phase: 'connect' | 'handshake' | 'open';
  /** Bytes that arrived, encrypted ones included. */
  readonly receivedBytes: number;
  /** Set when TLS was asked for. */
  readonly tls?:
    | {
        readonly serverName: string;
        /** Whether we have a client certificate to show. */
        readonly clientCertificate: boolean;
        /** Node's verdict on the server's certificate, when that is what failed. */
        readonly rejected: boolean;
      }
    | undefined;
}

interface NodeError extends Error {
  readonly code?: string;
  /** OpenSSL's words, without its file names. */
  readonly reason?: string;
  readonly errors?: readonly NodeError[];
}

const GONE = new Set(['ECONNRESET', 'EPIPE', 'ECONNABORTED']);
const NOT_TLS = /WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|UNKNOWN_PROTOCOL|RECORD_LAYER_FAILURE|HTTP/;
const CLIENT_CERTIFICATE_ALERT = /ALERT_(?:\w*CERTIFICATE\w*|UNKNOWN_CA|ACCESS_DENIED)$/;

/** The error of this package that `error` amounts to; `error` becomes its cause. */
export function explain(error: Error, at: Circumstances): FluvioError<TcpCodes> {
  const { peer, who, receivedBytes } = at;
  const { code, words } = inWords(error);
  if (at.tls?.rejected) {
    const { serverName } = at.tls;
    const detail = whyRejected(code, words, serverName);
    return tcpError('tls/certificate', { peer, who, serverName, reason: code, detail }, error);
  }
  if (at.tls !== undefined && code.startsWith('ERR_SSL')) {
    const { serverName, clientCertificate } = at.tls;
    if (CLIENT_CERTIFICATE_ALERT.test(code)) {
      return tcpError('tls/client-certificate', { peer, sent: clientCertificate, reason: words }, error);
    }
    if (at.phase !== 'open' && NOT_TLS.test(code)) {
      return tcpError('tls/not-tls', { peer, who, answer: 'plaintext' }, error);
    }
    return tcpError('tls/handshake', { peer, serverName, reason: words }, error);
  }
  if (GONE.has(code)) {
    return at.tls !== undefined && at.phase === 'handshake' && receivedBytes === 0
      ? tcpError('tls/not-tls', { peer, who, answer: 'nothing' }, error)
      : tcpError('connection/reset', { peer, receivedBytes }, error);
  }
  if (at.phase === 'open') return tcpError('connection/lost', { peer, reason: words }, error);
  return code === 'ECONNREFUSED'
    ? tcpError('connection/refused', { peer, who }, error)
    : tcpError('connection/unreachable', { peer, who, reason: words }, error);
}

/** A host with several addresses fails with one error for each; the refusal says most, since a host answered. */
function inWords(error: NodeError): { readonly code: string; readonly words: string } {
  const all = error.errors ?? [];
  const telling = all.find((each) => each.code === 'ECONNREFUSED') ?? all[0] ?? error;
  const code = telling.code ?? '';
  return { code, words: WORDS[code] ?? telling.reason ?? (telling.message || code) };
}

const WORDS: Readonly<Record<string, string>> = {
  ENOTFOUND: 'the host name is unknown',
  EAI_AGAIN: 'the host name could not be looked up just now',
  EHOSTUNREACH: 'no route to the host',
  ENETUNREACH: 'no route to the network',
  ETIMEDOUT: 'no answer',
  EADDRNOTAVAIL: 'no local address or port is free for it',
  EMFILE: 'this process has too many open files',
  EACCES: 'the system forbids it',
  EPERM: 'the system forbids it',
};

/** Node's and OpenSSL's verdicts, said so that the reader knows what to change. */
function whyRejected(code: string, words: string, serverName: string): string {
  switch (code) {
    case 'CERT_HAS_EXPIRED':
      return `the server's certificate, or one that signed it, has expired: renew it`;
    case 'CERT_NOT_YET_VALID':
      return `the server's certificate is not valid yet: check the clocks of both machines`;
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return `the server's certificate is not for '${serverName}' (${words}): set \`tls.domain\` to a name that it covers`;
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
    case 'SELF_SIGNED_CERT_IN_CHAIN':
    case 'UNABLE_TO_GET_ISSUER_CERT':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
      return `the server's certificate is of a CA that this client does not trust (${words}): give that CA's certificate as \`tls.ca\``;
    default:
      return `the server's certificate is not acceptable (${words})`;
  }
}
