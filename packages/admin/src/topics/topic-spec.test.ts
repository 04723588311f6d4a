import { expect, test } from 'vitest';
import { topicSpec } from './topic-spec.ts';

test('nothing given: one partition, one replica, and the cluster decides the rest', () => {
  expect(topicSpec()).toEqual({
    replicas: { kind: 'computed', partitions: 1, replicationFactor: 1, ignoreRackAssignment: false },
    cleanupPolicy: undefined,
    storage: undefined,
    compressionType: 'Any',
    deduplication: undefined,
    system: false,
  });
});

test('everything given', () => {
  expect(
    topicSpec({
      partitions: 6,
      replicationFactor: 3,
      ignoreRackAssignment: true,
      retentionMs: 3_600_000,
      segmentBytes: 4096,
      maxPartitionBytes: 2n ** 60n,
      compression: 'zstd',
      system: true,
    }),
  ).toEqual({
    replicas: { kind: 'computed', partitions: 6, replicationFactor: 3, ignoreRackAssignment: true },
    cleanupPolicy: { kind: 'segment', timeInSeconds: 3600 },
    storage: { segmentSize: 4096, maxPartitionSize: 2n ** 60n },
    compressionType: 'Zstd',
    deduplication: undefined,
    system: true,
  });
});

test('one size given leaves the other to the cluster', () => {
  expect(topicSpec({ maxPartitionBytes: 8192 }).storage).toEqual({ segmentSize: undefined, maxPartitionSize: 8192n });
});

test('an assignment lists the SPUs of each partition', () => {
  expect(
    topicSpec({
      assignment: [
        [5001, 5002],
        [5002, 5001],
      ],
    }).replicas,
  ).toEqual({
    kind: 'assigned',
    maps: [
      { id: 0, replicas: [5001, 5002], mirror: undefined },
      { id: 1, replicas: [5002, 5001], mirror: undefined },
    ],
  });
});

test.each([
  [{ partitions: 0 }, /partitions must be a whole number from 1 to 4294967295, not 0/],
  [{ partitions: 1.5 }, /partitions must be .* not 1\.5/],
  [{ partitions: Number.NaN }, /not NaN/],
  [{ replicationFactor: 2 ** 32 }, /replicationFactor must be/],
  [{ segmentBytes: -1 }, /segmentBytes must be/],
  [{ maxPartitionBytes: 2 ** 53 }, /maxPartitionBytes must be a whole number of bytes/],
  [{ maxPartitionBytes: 2n ** 64n }, /maxPartitionBytes must be/],
  [{ retentionMs: 1500 }, /retentionMs must be whole seconds in milliseconds, up to 4294967295000, not 1500/],
  [{ compression: 'brotli' as 'gzip' }, /compression must be one of any, none, gzip, snappy, lz4, zstd, not 'brotli'/],
  [{ assignment: [] }, /assignment has no partition/],
  [{ assignment: [[1]], partitions: 1 }, /assignment already says/],
])('%o is refused', (settings, message) => {
  expect(() => topicSpec(settings)).toThrow(
    expect.objectContaining({ code: 'option/invalid', message: expect.stringMatching(message) }),
  );
});
