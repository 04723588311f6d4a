/** TCP: the conformance suite. */
import { tcp } from '@fluvio-ts/adapter-tcp';
import { transportConformance } from './conformance.ts';
import { deadPort, farTcpServer } from './far-side.ts';

transportConformance(
  'tcp',
  async () => ({
    server: await farTcpServer(),
    transport: tcp(),
    dead: { kind: 'sc', address: { host: '127.0.0.1', port: await deadPort() } },
  }),
  { halfClose: true, stallsPeer: true },
);
