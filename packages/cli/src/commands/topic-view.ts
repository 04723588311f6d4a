/** Topics as people see them. */
import type { Topic } from '@fluvio-ts/admin';
import type { Paint } from '../output/colors.ts';
import type { Column } from '../output/table.ts';
import { formatDuration } from '../values/duration.ts';

const DEFAULT_RETENTION_SECONDS = 7 * 24 * 60 * 60;

/** The columns of the official command line. */
export const topicColumns = (paint: Paint): readonly Column<Topic>[] => [
  { title: 'NAME', cell: ({ name }) => name },
  { title: 'TYPE', cell: typeOf },
  { title: 'PARTITIONS', cell: partitionsOf, align: 'right' },
  { title: 'REPLICAS', cell: replicasOf, align: 'right' },
  { title: 'RETENTION TIME', cell: retentionOf },
  { title: 'COMPRESSION', cell: ({ spec }) => spec.compressionType.toLowerCase() },
  { title: 'DEDUPLICATION', cell: deduplicationOf },
  {
    title: 'STATUS',
    cell: statusOf,
    style: (text, { status }) => paint(status.resolution === 'Provisioned' ? 'green' : 'yellow', text),
  },
  { title: 'REASON', cell: ({ status }) => status.reason },
];

/** `computed`, `assigned`, or where a mirror's records come from or go to. */
export function typeOf({ spec: { replicas } }: Topic): string {
  if (replicas.kind !== 'mirror') return replicas.kind;
  const { config } = replicas;
  if (config.kind === 'remote') return config.target ? 'from-home' : 'to-home';
  return config.source ? 'to-remote' : 'from-remote';
}

export function partitionsOf({ spec: { replicas }, status }: Topic): string {
  if (replicas.kind === 'computed') return String(replicas.partitions);
  return replicas.kind === 'assigned' ? String(replicas.maps.length) : String(status.replicaMap.size);
}

export function replicasOf({ spec: { replicas } }: Topic): string {
  if (replicas.kind === 'computed') return String(replicas.replicationFactor);
  if (replicas.kind === 'mirror') return '';
  const counts = [...new Set(replicas.maps.map((map) => map.replicas.length))];
  return counts.length === 1 ? String(counts[0]) : counts.sort((a, b) => a - b).join('-');
}

export const retentionOf = ({ spec: { cleanupPolicy } }: Topic): string =>
  formatDuration((cleanupPolicy?.timeInSeconds ?? DEFAULT_RETENTION_SECONDS) * 1000);

export const deduplicationOf = ({ spec: { deduplication } }: Topic): string =>
  deduplication?.filter.transform.uses ?? 'none';

/** `provisioned`, `insufficient-resources`, … */
export const statusOf = ({ status: { resolution } }: Topic): string =>
  resolution.replaceAll(/(?<=[a-z])[A-Z]/g, (letter) => `-${letter}`).toLowerCase();
