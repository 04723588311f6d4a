/** `flv cluster spu register` */
import { admin } from '@fluvio-ts/admin';
import type { Address } from '@fluvio-ts/protocol';
import { formatAddress } from '@fluvio-ts/protocol';
import { printDone } from '../output/print.ts';
import { UsageError } from '../parse/usage-error.ts';
import type { Cli } from '../session/cli.ts';
import { withClient } from '../session/connect.ts';
import type { SpuRegister } from '../spec/cluster.ts';

export async function run({ options }: SpuRegister, cli: Cli): Promise<void> {
  const { rack, publicServerLocal } = options;
  const id = needed('--id', options.id);
  const publicEndpoint = formatAddress(needed('--public-server', options.publicServer));
  const privateEndpoint = formatAddress(needed('--private-server', options.privateServer));
  const name = options.name ?? `custom-spu-${id}`;
  const settings = {
    id,
    name,
    publicEndpoint,
    privateEndpoint,
    ...(rack !== undefined && { rack }),
    ...local(publicServerLocal),
  };
  await withClient(cli, (client) => admin(client).spus.register(settings, { signal: cli.signal }));
  await printDone(cli, `SPU '${name}' (${id}) registered`, { kind: 'spu', action: 'registered', name, id });
  cli.talk.note('it is offline until a server of this number reports to the controller');
}

const local = (address: Address | undefined): { readonly publicEndpointLocal?: string } =>
  address === undefined ? {} : { publicEndpointLocal: formatAddress(address) };

function needed<T>(option: string, given: T | undefined): T {
  if (given === undefined) throw new UsageError(`option '${option}' is needed`, 'see flv cluster spu register --help');
  return given;
}
