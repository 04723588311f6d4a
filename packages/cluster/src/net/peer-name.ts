/** Names of peers, for logs and error texts. */
import type { Socket } from 'node:net';
import { formatAddress } from '@fluvio-ts/protocol';

/** Such as `tls 127.0.0.1:51234`. */
export const peerName = (kind: 'tcp' | 'tls', socket: Socket): string =>
  `${kind} ${formatAddress({ host: socket.remoteAddress ?? '?', port: socket.remotePort ?? 0 })}`;
