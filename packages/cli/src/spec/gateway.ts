/** `flv gateway …` */
import { duration } from '../values/duration.ts';
import { integer } from '../values/integer.ts';
import { command, group, type Input, text, value, valueOr, values } from './command.ts';

const startOptions = {
  host: valueOr('--host <address>', 'address to listen at; 0.0.0.0 for all, then with a token', text, '127.0.0.1'),
  port: valueOr('--port <n>', 'port to listen at; 0 for any', integer(0, 65_535), 9095),
  origin: values('--origin <origin>', "web pages that may connect, such as https://app.example.com; '*' for all", text),
  tokenFile: value(
    '--token-file <file>',
    'ask clients for the token that this file holds (else FLUVIO_GATEWAY_TOKEN)',
    text,
    {
      completes: 'file',
    },
  ),
  serverCert: value('--server-cert <file>', 'certificate to serve wss: with, PEM', text, { completes: 'file' }),
  serverKey: value('--server-key <file>', 'private key of --server-cert, PEM', text, { completes: 'file' }),
  maxConnections: value('--max-connections <n>', 'most tunnels at one time (default 1000)', integer(1)),
  idleTimeout: value('--idle-timeout <duration>', 'silence that ends a tunnel (default never)', duration),
} as const;
export type GatewayStart = Input<Record<never, never>, typeof startOptions>;

export const gateway = group({
  name: 'gateway',
  summary: 'serve WebSocket tunnels to a cluster, for browsers and firewalls',
  commands: [
    command({
      name: 'start',
      summary: 'start a gateway in front of a cluster, in the foreground; Ctrl-C stops it',
      examples: [
        ['flv gateway start', 'in front of the cluster of the current profile'],
        ['flv gateway start --port 8080 --origin https://app.example.com', 'for the pages of one site'],
        ['flv --gateway ws://127.0.0.1:9095/v1/tunnel topic list', 'a command through it'],
      ],
      args: {},
      options: startOptions,
      load: () => import('../commands/gateway-start.ts'),
    }),
  ],
});
