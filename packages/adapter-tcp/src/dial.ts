/** Opens one connection: name lookup, TCP and TLS under one deadline and one signal. */
import { connect as connectTcp } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { type BytePipe, type Endpoint, formatAddress } from '@fluvio-ts/protocol';
import { patientTimer } from '@fluvio-ts/protocol/internal';
import { builtin } from './builtin.ts';
import { tcpError } from './errors.ts';
import { type Circumstances, explain } from './explain.ts';
import { bufferedIntake } from './intake.ts';
import { bytePipe } from './pipe.ts';
import { sniName, type TlsPlan } from './tls.ts';

/** How to dial, the same for every endpoint. */
export interface DialPlan {
  readonly connectTimeoutMs: number;
  readonly keepAliveMs: number;
  readonly keepsProcess: boolean;
  readonly tls: TlsPlan | undefined;
}

/** One read of a socket brings at most this much; larger ones measured slower (they leave the processor's cache). */
const TCP_READ_BYTES = 64 * 1024;

/** TLS records are no larger, and each is handed over by itself. */
const TLS_READ_BYTES = 16 * 1024;

/** How long one address of a host with several is tried; Node's own 250 ms is too short for far places. */
const ATTEMPT_MS = 1_000;

/** Dials `to`. Rejects with this package's errors; nothing stays open then. */
export function dial(to: Endpoint, plan: DialPlan, signal: AbortSignal | undefined): Promise<BytePipe> {
  const { tls, connectTimeoutMs } = plan;
  const peer = `${tls === undefined ? 'tcp' : 'tls'} ${formatAddress(to.address)}`;
  const hop = { peer, who: to.kind === 'sc' ? 'the SC' : `SPU ${to.id} (${to.name})` };
  const aborted = (): Error => tcpError('request/aborted', { what: `connecting to ${peer}` }, signal?.reason);
  if (signal?.aborted) return Promise.reject(aborted());

  let phase: Circumstances['phase'] = 'connect';
  let answered = false;
  const intake = bufferedIntake(tls === undefined ? TCP_READ_BYTES : TLS_READ_BYTES, {
    abandoned: () => pipe.close(),
    first(chunk) {
      answered = true;
      if (tls !== undefined || !looksLikeTls(chunk)) return true;
      pipe.close(tcpError('connection/tls-required', { peer }));
      return false;
    },
  });
  const serverName = tls?.serverName(to) ?? '';
  const options = {
    host: to.address.host,
    port: to.address.port,
    onread: intake.onread,
    allowHalfOpen: true,
    autoSelectFamilyAttemptTimeout: Math.min(ATTEMPT_MS, connectTimeoutMs),
  };
  const socket =
    tls === undefined
      ? connectTcp(options)
      : builtin('node:tls').connect({
          ...options,
          secureContext: tls.context,
          rejectUnauthorized: tls.verify,
          ...(sniName(serverName) !== undefined && { servername: serverName }),
        });
  if (!plan.keepsProcess) socket.unref();
  intake.attach(socket);
  const pipe = bytePipe(socket, {
    box: intake.box,
    peer,
    isPlain: tls === undefined,
    // A Fluvio client speaks first and is always answered. OpenSSL sends no alert to a peer that speaks plaintext.
    doubtEnd: () => (answered ? undefined : tcpError('connection/no-answer', hop)),
    explain: (error) =>
      explain(error, {
        ...hop,
        phase,
        receivedBytes: socket.bytesRead,
        tls: tls && {
          serverName,
          clientCertificate: tls.clientCertificate,
          // Who verifies nothing has an opinion of the server's certificate all the same, and goes on.
          rejected: tls.verify && certificateRejected(socket as TLSSocket),
        },
      }),
  });

  return new Promise((resolve, reject) => {
    const clear = patientTimer(connectTimeoutMs, () => {
      if (phase === 'open') return;
      pipe.close(tcpError('connection/timeout', { ...hop, timeoutMs: connectTimeoutMs, phase }));
    });
    const abort = (): void => pipe.close(aborted());
    const release = (): void => {
      clear();
      signal?.removeEventListener('abort', abort);
    };
    const ready = (): void => {
      phase = 'open';
      release();
      resolve(pipe);
    };
    signal?.addEventListener('abort', abort, { once: true });
    socket.once('connect', () => {
      phase = 'handshake';
      socket.setNoDelay(true);
      if (plan.keepAliveMs > 0) socket.setKeepAlive(true, plan.keepAliveMs);
      if (tls === undefined) ready();
    });
    if (tls !== undefined) socket.once('secureConnect', ready);
    // After `ready` this changes nothing any more.
    void pipe.closed.then((failure) => {
      release();
      reject(failure ?? tcpError('connection/closed', { peer, reason: 'it was closed while connecting' }));
    });
  });
}

/** Whether Node ended the handshake over the server's certificate. */
function certificateRejected({ authorized, authorizationError }: TLSSocket): boolean {
  // The type says Error; at run time it is the code of the failed check, and null when none failed.
  return Boolean(authorizationError) && !authorized;
}

/** An alert or handshake record of SSL 3 to TLS 1.3. As the length of a Fluvio frame this would be over 350 MB. */
function looksLikeTls(chunk: Uint8Array): boolean {
  const [type, major, minor] = chunk;
  return (type === 0x15 || type === 0x16) && major === 3 && minor !== undefined && minor <= 4;
}
