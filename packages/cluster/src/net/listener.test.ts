import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { silent } from '../logger.ts';
import { lastingPorts } from './lasting-port.ts';
import { listen } from './listener.ts';

const open = (port: number) =>
  listen({
    host: '127.0.0.1',
    port,
    option: 'port',
    maxConnections: 10,
    handshakeTimeoutMs: 1_000,
    serve: async (pipe) => pipe.closed,
    log: silent,
  });

test('any port is one that no outgoing connection is given while its server is away', async () => {
  const listeners = await Promise.all(Array.from({ length: 20 }, () => open(0)));
  for (const { address } of listeners) {
    expect(address.port).toBeGreaterThanOrEqual(20_000);
    expect(address.port).toBeLessThan(32_768);
  }
  const socket = connect(listeners[0]?.address.port ?? 0, '127.0.0.1');
  await new Promise((resolve) => socket.once('connect', resolve));
  expect(socket.localPort).toBeGreaterThanOrEqual(32_768);
  socket.destroy();
  await Promise.all(listeners.map((listener) => listener.close()));
});

test('a port that was asked for and is taken is an error that names the option', async () => {
  await using held = { listener: await open(0), [Symbol.asyncDispose]: () => held.listener.close() };
  await expect(open(held.listener.address.port)).rejects.toMatchObject({
    code: 'cluster/port-taken',
    context: { option: 'port', port: held.listener.address.port },
  });
});

test('where all that are tried are taken the system chooses', () => {
  expect([...lastingPorts()].at(-1)).toBe(0);
});
