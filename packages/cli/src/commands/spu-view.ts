/** SPUs as people see them. */
import type { Spu } from '@fluvio-ts/admin';
import { formatAddress } from '@fluvio-ts/protocol';
import type { Paint } from '../output/colors.ts';
import type { Column } from '../output/table.ts';

/** The columns of the official command line. */
export const spuColumns = (paint: Paint): readonly Column<Spu>[] => [
  { title: 'ID', cell: ({ spec }) => String(spec.id), align: 'right' },
  { title: 'NAME', cell: ({ name }) => name },
  {
    title: 'STATUS',
    cell: ({ status }) => status.resolution,
    style: (text, { status }) => paint(status.resolution === 'Online' ? 'green' : 'red', text),
  },
  { title: 'TYPE', cell: ({ spec }) => spec.spuType.toLowerCase() },
  { title: 'RACK', cell: ({ spec }) => spec.rack ?? '-' },
  { title: 'PUBLIC', cell: publicAddressOf },
  { title: 'PRIVATE', cell: ({ spec }) => formatAddress(spec.privateEndpoint) },
];

function publicAddressOf({ spec: { publicEndpoint } }: Spu): string {
  const { ingress, port } = publicEndpoint;
  const host = ingress[0]?.hostname ?? ingress[0]?.ip;
  return host === undefined ? `:${port}` : formatAddress({ host, port });
}
