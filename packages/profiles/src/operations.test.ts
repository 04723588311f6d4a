import { describe, expect, test } from 'vitest';
import { parseProfiles } from './decode.ts';
import { formatProfiles } from './encode.ts';
import { emptyProfiles, type ProfileConfig } from './model.ts';
import {
  addProfile,
  currentProfile,
  deleteCluster,
  deleteProfile,
  findProfile,
  renameProfile,
  setCluster,
  setProfile,
  switchProfile,
} from './operations.ts';

const config = parseProfiles(`
version = "2.0"
current_profile = "prod"
future = "kept"
[profile.local]
cluster = "local"
[profile.prod]
cluster = "shared"
topic = "t"
note = "ours"
[profile.staging]
cluster = "shared"
[profile.dangling]
cluster = "shard"
[cluster.local]
endpoint = "localhost:9003"
[cluster.shared]
endpoint = "shared:9003"
use_spu_local_address = true
region = "eu"
[cluster.shared.tls]
tls_policy = "anonymous"
[cluster.shared.metadata.team]
name = "a"
`);
const before = formatProfiles(config);

/** The operation must fail with this code, and its text must hold these words. */
function fails(run: () => unknown, code: string, ...words: string[]): void {
  let thrown: unknown;
  try {
    run();
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toMatchObject({ code });
  for (const word of words) expect((thrown as Error).message).toContain(word);
}

/** Runs an operation and holds it to being pure. */
function pure(run: (config: ProfileConfig) => ProfileConfig): ProfileConfig {
  const result = run(config);
  expect(formatProfiles(config)).toBe(before);
  return result;
}

describe('asking', () => {
  test('for the current profile', () => {
    expect(currentProfile(config)).toMatchObject({
      name: 'prod',
      clusterName: 'shared',
      profile: { topic: 't' },
      cluster: { endpoint: 'shared:9003' },
    });
    expect(findProfile(config)).toEqual(currentProfile(config));
    expect(findProfile(config, 'local').cluster.endpoint).toBe('localhost:9003');
  });

  test('in vain says what there is', () => {
    fails(() => currentProfile(emptyProfiles()), 'profile/none-current', 'there are no profiles');
    fails(
      () => currentProfile({ ...config, currentProfile: undefined }),
      'profile/none-current',
      "'dangling', 'local'",
    );
    fails(() => currentProfile({ ...config, currentProfile: 'gone' }), 'profile/not-found', "'gone'");
    fails(
      () => findProfile(config, 'dangling'),
      'profile/cluster-not-found',
      "'shard', which profile 'dangling'",
      "did you mean 'shared'?",
    );
    fails(() => findProfile(config, 'constructor'), 'profile/not-found');
  });
});

describe('switching', () => {
  test('makes the profile current', () => {
    expect(pure((c) => switchProfile(c, 'local')).currentProfile).toBe('local');
  });

  test.each([
    ['lcoal', 'local'],
    ['Prod', 'prod'],
    ['stagin', 'staging'],
    ['prodd', 'prod'],
  ])('to %s asks whether %s was meant', (name, meant) => {
    fails(
      () => switchProfile(config, name),
      'profile/not-found',
      `'${name}': did you mean '${meant}'?`,
      "known profiles: 'dangling', 'local', 'prod', 'staging'",
    );
  });

  test('to a name like no other makes no guess', () => {
    fails(() => switchProfile(config, 'xyzzy'), 'profile/not-found', "no profile 'xyzzy'; known");
  });
});

describe('adding', () => {
  test('a profile makes its cluster and becomes current', () => {
    const next = pure((c) => addProfile(c, 'new', { endpoint: '10.0.0.1:9003', installation: 'docker' }));
    expect(currentProfile(next)).toMatchObject({
      name: 'new',
      clusterName: 'new',
      cluster: {
        endpoint: '10.0.0.1:9003',
        useSpuLocalAddress: false,
        tls: { mode: 'disabled' },
        metadata: { installation: 'docker' },
      },
    });
  });

  test('an existing cluster gets address and TLS and keeps the rest', () => {
    const next = pure((c) =>
      addProfile(c, 'shared', { endpoint: '[::1]:9003', metadata: { x: 1 }, makeCurrent: false }),
    );
    expect(next.currentProfile).toBe('prod');
    expect(next.clusters.get('shared')).toMatchObject({
      endpoint: '[::1]:9003',
      tls: { mode: 'disabled' },
      useSpuLocalAddress: true,
      metadata: { team: { name: 'a' }, x: 1 },
      extra: { region: 'eu' },
    });
  });

  test('an existing profile is pointed to the cluster of its name and keeps the rest', () => {
    const next = pure((c) => addProfile(c, 'prod', { endpoint: 'x:1' }));
    expect(next.profiles.get('prod')).toMatchObject({ cluster: 'prod', topic: 't', extra: { note: 'ours' } });
    expect(next.clusters.get('shared')).toEqual(config.clusters.get('shared'));
  });

  test.each(['x', 'x:', ':1', 'x:0', 'x:65536', 'http://x:1', '::1:9003', ''])(
    'the address %j is refused',
    (endpoint) => {
      fails(() => addProfile(config, 'new', { endpoint }), 'profile/invalid', 'host:port');
    },
  );

  test.each(['', '  ', 'a\nb', '\u0000', '\ud800', 'x'.repeat(257)])('the name %j is refused', (name) => {
    fails(() => addProfile(config, name, { endpoint: 'x:1' }), 'profile/invalid', 'the name of the');
    fails(() => renameProfile(config, 'local', name), 'profile/invalid');
  });

  test('hostile names are names like others', () => {
    for (const name of ['__proto__', 'constructor', 'a.b', '"', ']', 'é 😀']) {
      const next = addProfile(emptyProfiles(), name, { endpoint: 'x:1' });
      const again = parseProfiles(formatProfiles(next));
      expect(currentProfile(again)).toMatchObject({ name, clusterName: name, cluster: { endpoint: 'x:1' } });
    }
  });

  test('clusters and profiles one by one', () => {
    const cluster = findProfile(config, 'local').cluster;
    const profile = findProfile(config, 'prod').profile;
    const next = pure((c) => setProfile(setCluster(c, 'copy', cluster), 'copy', { ...profile, cluster: 'copy' }));
    expect(findProfile(next, 'copy').cluster).toBe(cluster);
  });
});

describe('renaming', () => {
  test('keeps the profile current, and its cluster its name', () => {
    const next = pure((c) => renameProfile(c, 'prod', 'production'));
    expect(currentProfile(next)).toMatchObject({ name: 'production', clusterName: 'shared' });
    expect(next.profiles.has('prod')).toBe(false);
    expect(next.profiles.get('production')).toEqual(config.profiles.get('prod'));
  });

  test('another profile leaves the current one alone', () => {
    expect(pure((c) => renameProfile(c, 'local', 'laptop')).currentProfile).toBe('prod');
  });

  test('over another profile needs consent', () => {
    fails(() => renameProfile(config, 'local', 'staging'), 'profile/name-taken', "'staging'");
    const next = pure((c) => renameProfile(c, 'local', 'staging', { replace: true }));
    expect(findProfile(next, 'staging').clusterName).toBe('local');
    expect(renameProfile(config, 'local', 'local')).toBe(config);
  });

  test('an unknown profile fails', () => {
    fails(() => renameProfile(config, 'lokal', 'x'), 'profile/not-found', "did you mean 'local'?");
  });
});

describe('deleting', () => {
  test('a profile leaves its cluster', () => {
    const next = pure((c) => deleteProfile(c, 'local'));
    expect(next.profiles.has('local')).toBe(false);
    expect(next.clusters.has('local')).toBe(true);
    expect(next.currentProfile).toBe('prod');
  });

  test('the current profile leaves none current', () => {
    expect(pure((c) => deleteProfile(c, 'prod')).currentProfile).toBeUndefined();
    fails(() => deleteProfile(config, 'none'), 'profile/not-found');
  });

  test('a cluster in use is refused, and named with its users', () => {
    fails(() => deleteCluster(config, 'shared'), 'profile/cluster-in-use', "'prod', 'staging'");
    const next = pure((c) => deleteCluster(c, 'shared', { force: true }));
    fails(() => currentProfile(next), 'profile/cluster-not-found');
  });

  test('a cluster that nobody uses goes', () => {
    const next = pure((c) => deleteCluster(deleteProfile(c, 'local'), 'local'));
    expect([...next.clusters.keys()]).toEqual(['shared']);
    fails(() => deleteCluster(config, 'locl'), 'profile/cluster-not-found', "did you mean 'local'?");
  });
});
