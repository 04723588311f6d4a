/** Partitions as people see them. */
import type { Partition } from '@fluvio-ts/admin';
import type { Paint } from '../output/colors.ts';
import type { Column } from '../output/table.ts';
import { formatSize } from '../values/size.ts';

/** The columns of the official command line, each under its own title. */
export const partitionColumns = (paint: Paint): readonly Column<Partition>[] => [
  { title: 'TOPIC', cell: ({ topic }) => topic },
  ...withoutTopic(paint),
];

/** The same, where the topic is clear. */
export const withoutTopic = (paint: Paint): readonly Column<Partition>[] => [
  { title: 'PARTITION', cell: ({ index }) => String(index), align: 'right' },
  { title: 'LEADER', cell: ({ spec }) => String(spec.leader), align: 'right' },
  { title: 'MIRROR', cell: mirrorOf },
  { title: 'REPLICAS', cell: ({ spec }) => list(spec.replicas.filter((spu) => spu !== spec.leader)) },
  {
    title: 'RESOLUTION',
    cell: ({ status }) => status.resolution,
    style: (text, { status }) => paint(status.resolution === 'Online' ? 'green' : 'red', text),
  },
  { title: 'SIZE', cell: ({ status }) => sizeOf(status.size), align: 'right' },
  { title: 'BASE', cell: ({ status }) => String(status.baseOffset), align: 'right' },
  { title: 'HW', cell: ({ status }) => offsetOf(status.leader.hw), align: 'right' },
  { title: 'LEO', cell: ({ status }) => offsetOf(status.leader.leo), align: 'right' },
  { title: 'LRS', cell: ({ status }) => String(status.lsr), align: 'right' },
  {
    title: 'FOLLOWER OFFSETS',
    cell: ({ status }) => list(status.replicas.map(({ spu, hw, leo }) => `${spu}:${offsetOf(hw)}/${offsetOf(leo)}`)),
  },
];

const list = (items: readonly unknown[]): string => (items.length === 0 ? '-' : items.join(' '));

/** Unknown offsets are −1. */
const offsetOf = (offset: bigint): string => (offset < 0n ? '?' : String(offset));

function sizeOf(size: bigint): string {
  if (size === -2n) return 'NA';
  return size < 0n ? 'ERROR' : formatSize(Number(size));
}

function mirrorOf({ spec: { mirror } }: Partition): string {
  if (mirror === undefined) return '-';
  if (mirror.kind === 'remote') return `${mirror.homeCluster}(${mirror.target ? 'from-home' : 'to-home'})`;
  return `${mirror.remoteCluster}(${mirror.source ? 'to-remote' : 'from-remote'})`;
}
