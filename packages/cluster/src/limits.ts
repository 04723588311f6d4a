/** What a cluster gives to anyone who connects, at most. */
import { clusterError } from './errors.ts';

/** Limits of each server, and of the cluster. */
export interface ClusterLimits {
  /** Connections that each server accepts at a time; further ones are closed at once. Default 1,024. */
  readonly connections?: number;
  /**
   * How long a new connection may take to have sent its first request, its TLS handshake included, in milliseconds. Default
   * 10,000.
   */
  readonly handshakeMs?: number;
  /** How long a request that has begun may take to arrive as a whole, in milliseconds. Default 60,000. */
  readonly requestMs?: number;
  /** Largest request in bytes. Default 67,108,864 (64 MiB). A larger one ends its connection before memory is taken. */
  readonly requestBytes?: number;
  /**
   * What the requests that are still arriving may hold in memory, all connections of a server together, in bytes. Default
   * 268,435,456 (256 MiB). A connection that would go beyond is ended.
   */
  readonly arrivingBytes?: number;
  /** Requests of one connection that may wait at the SC at a time, such as creations of topics. Default 256: then none is read. */
  readonly waitingRequests?: number;
  /** Topics of the cluster. Default 10,000. A creation beyond is refused with `TopicError`. */
  readonly topics?: number;
  /** Partitions of all topics together. Default 50,000. A creation beyond is refused with `TopicError`. */
  readonly partitions?: number;
  /** SmartModule chains that each SPU runs at a time: one for a stream, a request that produces, a deduplicated partition. Default 64. */
  readonly smartModuleChains?: number;
  /** How long one call of a SmartModule chain may take, in milliseconds; then its thread is ended. Default 5,000. */
  readonly smartModuleMs?: number;
  /** Memory that each SmartModule may have, in bytes. Default 1,000,000,000, as on an SPU of Fluvio. */
  readonly smartModuleBytes?: number;
}

/** The same, complete. */
export type LimitSettings = Required<ClusterLimits>;

const DEFAULTS: LimitSettings = {
  connections: 1024,
  handshakeMs: 10_000,
  requestMs: 60_000,
  requestBytes: 67_108_864,
  arrivingBytes: 268_435_456,
  waitingRequests: 256,
  topics: 10_000,
  partitions: 50_000,
  smartModuleChains: 64,
  smartModuleMs: 5_000,
  smartModuleBytes: 1_000_000_000,
};

/** A frame this small is no request at all. */
const SMALLEST_REQUEST_BYTES = 64;

/** Completes and checks limits. @throws `cluster/options` */
export function limitSettings(given: ClusterLimits = {}): LimitSettings {
  const settings: Record<string, number> = { ...DEFAULTS };
  for (const [name, value] of Object.entries(given)) {
    if (!Object.hasOwn(DEFAULTS, name)) {
      const known = Object.keys(DEFAULTS).join(', ');
      throw clusterError('cluster/options', {
        option: `limits.${name}`,
        reason: `there is no such limit, but ${known}`,
      });
    }
    if (value === undefined) continue;
    const min = name.endsWith('Bytes') ? SMALLEST_REQUEST_BYTES : 1;
    if (!Number.isInteger(value) || value < min || value > 0x7fff_ffff) {
      const reason = `${value} is not a whole number from ${min} to ${0x7fff_ffff}`;
      throw clusterError('cluster/options', { option: `limits.${name}`, reason });
    }
    settings[name] = value;
  }
  return settings as unknown as LimitSettings;
}
