/**
 * For the sister packages that accept sockets. No semantic versioning applies here: depend on an exact version.
 *
 * @packageDocumentation
 */
import type { Socket } from 'node:net';
import type { BytePipe } from '@fluvio-ts/protocol';
import { explain } from './explain.ts';
import { eventIntake } from './intake.ts';
import { bytePipe } from './pipe.ts';

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
  const box = eventIntake(socket, { abandoned: () => pipe.close() });
  const pipe = bytePipe(socket, {
    box,
    peer,
    explain: (error) => explain(error, { peer, who: peer, phase: 'open', receivedBytes: socket.bytesRead }),
  });
  return pipe;
}
