/** `flv profile add` */
import { resolve } from 'node:path';
import { parseInstallation, type TlsPolicy } from '@fluvio-ts/profiles';
import { printDone } from '../output/print.ts';
import { UsageError } from '../parse/usage-error.ts';
import type { Cli } from '../session/cli.ts';
import { storeProfile } from '../session/store-profile.ts';
import { checkTls } from '../session/target.ts';
import type { GlobalValues } from '../spec/globals.ts';
import type { ProfileAdd } from '../spec/profile.ts';

export async function run({ args }: ProfileAdd, cli: Cli): Promise<void> {
  const { name, address } = args;
  const { globals } = cli;
  const installation = args.installation === undefined ? undefined : parseInstallation(args.installation);
  if (args.installation !== undefined && installation === undefined) {
    throw new UsageError(
      `'${args.installation}' is no installation`,
      'one of local, local-k8, k8, read-only, docker, cloud; or leave it out',
    );
  }
  const tls = policyOf(globals);
  await storeProfile(name, { endpoint: address, tls, installation }, cli);
  await printDone(cli, `added profile "${name}" and switched to it`, { name, kind: 'profile', action: 'added' });
}

/** TLS as a profile can hold it: none, without any verification, or with certificates of both sides. */
function policyOf(globals: GlobalValues): TlsPolicy {
  const { tls, domain, caCert, clientCert, clientKey, insecure } = globals;
  checkTls(globals);
  if (domain !== undefined && caCert !== undefined && clientCert !== undefined && clientKey !== undefined) {
    return {
      mode: 'verified',
      source: 'files',
      domain,
      // The profile is used from other folders, too.
      caCertPath: resolve(caCert),
      certPath: resolve(clientCert),
      keyPath: resolve(clientKey),
    };
  }
  if (insecure) return { mode: 'anonymous' };
  if (!tls && [domain, caCert, clientCert, clientKey].every((each) => each === undefined)) return { mode: 'disabled' };
  throw new UsageError(
    'a profile with TLS needs --domain, --ca-cert, --client-cert and --client-key',
    'or --insecure, which verifies nobody: for tests only',
  );
}
