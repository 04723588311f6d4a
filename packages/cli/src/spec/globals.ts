/** The options that every command takes, before or after its name. */
import { duration } from '../values/duration.ts';
import type { OptionValues } from './command.ts';
import { flag, oneOf, oneOfOr, text, value } from './command.ts';

/** Which cluster a command talks to, and how. Commands that talk to none refuse these. */
export const targetOptions = {
  cluster: value('-c, --cluster <host:port>', 'public address of the cluster (else FLUVIO_CLUSTER)', text, {
    conflicts: ['profile'],
  }),
  profile: value('-P, --profile <name>', 'profile to use (else FLUVIO_PROFILE, else the current one)', text, {
    completes: 'profile',
  }),
  tls: flag('--tls', 'connect with TLS to the address given by --cluster'),
  domain: value('--domain <name>', "the cluster's name in its certificates", text),
  caCert: value('--ca-cert <file>', 'certificate authority to trust, PEM', text, { completes: 'file' }),
  clientCert: value('--client-cert <file>', 'certificate to show, PEM', text, { completes: 'file' }),
  clientKey: value('--client-key <file>', 'private key of --client-cert, PEM', text, { completes: 'file' }),
  enableClientCert: flag('--enable-client-cert', 'require the four options above, as the official command line does'),
  insecure: flag('--insecure', 'accept any certificate of anyone: for tests only'),
  gateway: value('--gateway <ws-url>', 'reach the cluster through a gateway, over WebSocket', text),
} as const;

/** How a command speaks and how long it waits. */
export const mannerOptions = {
  timeout: value('--timeout <duration>', 'how long to wait for the cluster, such as 10s', duration),
  output: oneOf('-O, --output <format>', 'format of the output', ['table', 'plain', 'json', 'yaml', 'toml'], {}),
  json: flag('--json', 'print JSON, and errors as JSON on stderr'),
  color: oneOfOr('--color <when>', 'colours', ['auto', 'always', 'never'], 'auto'),
  quiet: flag('-q, --quiet', 'print no more than data and errors'),
  yes: flag('--yes', 'answer every question with yes'),
} as const;

export const globalOptions = { ...targetOptions, ...mannerOptions } as const;

/** Values of the options that lead to a cluster. */
export type TargetValues = OptionValues<typeof targetOptions>;

/** Values of all global options. A command may have its own `output`, which is not among these then. */
export type GlobalValues = TargetValues & OptionValues<typeof mannerOptions>;
