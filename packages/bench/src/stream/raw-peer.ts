/** The other side of the raw loopback: a bare TCP server that swallows, pours or echoes, as the first byte of a connection says. */
import type { Socket } from 'node:net';
import { createServer } from 'node:net';

const POUR = Buffer.alloc(1_048_576, 7);

const serve = (socket: Socket): void => {
  socket.setNoDelay(true);
  socket.on('error', () => socket.destroy());
  socket.once('data', (first: Buffer) => {
    const kind = String.fromCharCode(first[0] ?? 0);
    if (kind === 's') socket.on('data', () => {});
    if (kind === 'e') socket.on('data', (chunk) => socket.write(chunk));
    if (kind === 'p') {
      const pour = (): void => {
        while (!socket.destroyed && socket.write(POUR));
      };
      socket.on('drain', pour);
      pour();
    }
    // A swallower says when the sender's last byte has arrived.
    if (kind === 's') socket.on('end', () => socket.end());
  });
};

const server = createServer({ allowHalfOpen: true }, serve);
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (address !== null && typeof address === 'object') process.send?.(address.port);
});
process.on('disconnect', () => process.exit());
