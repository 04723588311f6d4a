/** The options of `flv cluster start` that say who may connect, and do what. Names are those of Fluvio's command lines. */
import { flag, type OptionValues, text, value, values } from './command.ts';

const file = { completes: 'file' } as const;

export const securityOptions = {
  tls: flag('--tls', 'encrypt, with certificates of a development authority that is made in the data folder'),
  domain: value('--domain <name>', "the cluster's name in its certificates (default fluvio.local)", text),
  enableClientCert: flag('--enable-client-cert', 'with --tls: require a certificate of every client'),
  tlsName: values('--tls-name <name>', 'with --tls: one more host name or address in the certificates, repeated', text),
  tlsClient: values(
    '--tls-client <name:roles>',
    'with --tls: a client to issue a certificate for, such as alice:Reader,Writer; repeated',
    text,
  ),
  caCert: value('--ca-cert <file>', 'with --tls: your own authority, PEM, instead of the development one', text, file),
  serverCert: value('--server-cert <file>', 'its certificate for all servers, PEM', text, file),
  serverKey: value('--server-key <file>', 'the key of --server-cert, PEM', text, file),
  clientCert: value('--client-cert <file>', 'its certificate for the profile, PEM', text, file),
  clientKey: value('--client-key <file>', 'the key of --client-cert, PEM', text, file),
  authorizationPolicy: value(
    '--authorization-policy <file>',
    'what roles may do, in the format of Fluvio; requires certificates (with --tls)',
    text,
    file,
  ),
  authorizationScopes: value(
    '--authorization-scopes <file>',
    'which roles clients have (default: the organizations in their certificates)',
    text,
    file,
  ),
  readOnly: flag('--read-only', 'refuse changes of the metadata, except of SPUs'),
} as const;

/** Their values. */
export type SecurityValues = OptionValues<typeof securityOptions>;
