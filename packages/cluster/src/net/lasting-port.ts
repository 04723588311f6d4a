/**
 * Ports that a server can have again when it comes back. Those that the system hands out for port 0 are also what outgoing
 * connections get: while the server is down one of them may sit on its port, or even be connected to itself there.
 */

/** Below what systems give to outgoing connections: from 32,768 on with Linux, from 49,152 on with others. */
const FIRST = 20_000;
const END = 32_768;
/** So many are tried before the system chooses. */
const TRIES = 20;

/** Ports to try in turn where any will do; the last is 0, with which the system chooses. */
export function* lastingPorts(): Generator<number, void> {
  for (let i = 0; i < TRIES; i++) yield FIRST + Math.floor(Math.random() * (END - FIRST));
  yield 0;
}
