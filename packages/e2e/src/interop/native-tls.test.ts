/** The native Rust client over mutual TLS, with nothing but the profile that ours writes for an embedded cluster. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Cluster } from '@fluvio-ts/cluster';
import { startCluster } from '@fluvio-ts/cluster';
import { addProfile, updateProfiles } from '@fluvio-ts/profiles';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { findNative, runNative } from './native.ts';
import type { NativeJob, NativeResult } from './native-job.ts';

const native = findNative();
let cluster: Cluster;
let dir: string;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'fluvio-native-tls-'));
  cluster = await startCluster({ spus: 2, dataDir: join(dir, 'data'), tls: { clientCertificates: 'required' } });
});
afterAll(async () => {
  await cluster?.stop();
  rmSync(dir, { recursive: true, force: true });
});
beforeEach(({ skip }) => skip('missing' in native, 'missing' in native ? native.missing : ''));

test.for(['files', 'inline'] as const)(
  'administers, produces and consumes, certificates %s',
  async (source, context) => {
    const profilePath = join(dir, `profile-${source}`);
    const { domain = '', ca = '', cert = '', key = '' } = cluster.tls ?? {};
    const tls =
      source === 'files' ? cluster.profile.tls : ({ mode: 'verified', source, domain, caCert: ca, cert, key } as const);
    await updateProfiles(profilePath, (config) => addProfile(config, 'local', { ...cluster.profile, tls }));
    const topic = `native-${source}`;
    const encode = (text: string): string => Buffer.from(text).toString('base64');
    const jobs: readonly NativeJob[] = [
      { do: 'create', topic, partitions: 1 },
      { do: 'produce', topic, records: [[encode('key'), encode('value')]] },
      { do: 'list' },
      { do: 'consume', topic, partition: 0, from: 'beginning', count: 1 },
    ];
    if ('missing' in native) return;
    const results: NativeResult[] = [];
    for (const job of jobs) {
      const outcome = await runNative(native.binary, job, undefined, { FLV_PROFILE_PATH: profilePath });
      if (outcome.kind === 'crash') {
        context.skip(`the native client crashed by itself (${outcome.how}), which says nothing of ours`);
        return;
      }
      results.push(outcome.result);
    }
    expect(results[2]?.topics?.map(({ name }) => name)).toContain(topic);
    expect(results[3]?.records).toEqual([{ key: encode('key'), value: encode('value') }]);
  },
);
