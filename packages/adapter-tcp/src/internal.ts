/**
 * For the sister packages that accept sockets. No semantic versioning applies here: depend on an exact version.
 *
 * @packageDocumentation
 */
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { BytePipe } from '@fluvio-ts/protocol';
import type { Inbox } from '@fluvio-ts/protocol/internal';
import { readInto } from './accepted-reads.ts';
import { explain } from './explain.ts';
import type { IntakeEvents } from './intake.ts';
import { bufferedIntake, eventIntake } from './intake.ts';
import { bytePipe } from './pipe.ts';

/** Most that one read of an accepted socket brings, and what those begin with that may never say more. */
const READ_BYTES = 65_536;
const FIRST_READ_BYTES = 4_096;

/**
 * Makes a pipe of an accepted socket, plain or TLS (then from the `secureConnection` event on), with `noDelay` set. The
 * socket is the pipe's from here on.
 *
 * Half-close needs a server made with `allowHalfOpen: true`; without it the socket ends its writes when the peer does.
 *
 * `peer` is for error texts, such as `tcp 127.0.0.1:51234`.
 */
export function pipeFromSocket(socket: Socket, peer: string): BytePipe {
  socket.setNoDelay(true);
  const box = intakeOf(socket, { abandoned: () => pipe.close() });
  const pipe = bytePipe(socket, {
    box,
    peer,
    explain: (error) => explain(error, { peer, who: peer, phase: 'open', receivedBytes: socket.bytesRead }),
  });
  return pipe;
}

function intakeOf(socket: Socket, events: IntakeEvents): Inbox {
  if (socket instanceof TLSSocket) return eventIntake(socket, events);
  const intake = bufferedIntake(READ_BYTES, events, FIRST_READ_BYTES);
  if (!readInto(socket, intake.onread)) return eventIntake(socket, events);
  intake.attach(socket);
  return intake.box;
}
