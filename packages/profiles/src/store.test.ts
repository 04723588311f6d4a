import {
  chmod,
  chown,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { script } from './child.fixture.ts';
import { formatProfiles } from './encode.ts';
import { addProfile, deleteProfile, renameProfile, switchProfile } from './operations.ts';
import { openProfiles, updateProfiles } from './store.ts';

const posix = process.platform !== 'win32';
let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'profiles-'));
  path = join(folder, 'config');
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const local = `# mine
version = "2.0"
current_profile = "local"

[profile.local]
cluster = "local" # keep me

[cluster.local]
addr = "127.0.0.1:9003"
future = { a = [ 1, 2.0 ] }

[cluster.local.tls]
tls_policy = "disable"

[cluster.local.metadata.own]
big = 9223372036854775807
`;

const rights = async (of: string): Promise<number> => (await stat(of)).mode & 0o777;

describe('opening', () => {
  test('a file that is not there is an empty store, and nothing is made', async () => {
    const store = await openProfiles({ path: join(folder, 'no', 'such', 'config') });
    expect(store).toMatchObject({ exists: false, config: { profiles: new Map(), currentProfile: undefined } });
    expect(await readdir(folder)).toEqual([]);
  });

  test('the file is found by the rules of profilePath', async () => {
    await mkdir(join(folder, '.fluvio'));
    await writeFile(join(folder, '.fluvio', 'config'), local);
    await writeFile(path, local.replaceAll('local', 'other'));
    expect((await openProfiles({ env: {}, home: folder })).config.currentProfile).toBe('local');
    expect((await openProfiles({ env: { FLV_PROFILE_PATH: path }, home: folder })).config.currentProfile).toBe('other');
  });

  test('an empty file is an empty store', async () => {
    await writeFile(path, '');
    expect(await openProfiles({ path })).toMatchObject({ exists: true, config: { version: '2.0' } });
  });

  test.each([
    ['a folder', async () => void (await mkdir(path)), 'it is not a regular file'],
    ['a device', async () => void (await symlink('/dev/null', path)), 'it is not a regular file'],
    ['a circle of links', async () => void (await symlink(path, path)), 'round in a circle'],
    ['binary', async () => void (await writeFile(path, Buffer.from([0x76, 0x80, 0xff]))), 'it is not UTF-8 text'],
    [
      'UTF-16',
      async () => void (await writeFile(path, Buffer.from('\uFEFFversion = "2.0"', 'utf16le'))),
      'save it as UTF-8',
    ],
    ['a text', async () => void (await writeFile(path, 'hello\n')), `${'config'}:1:6: it is not TOML`],
  ])('%s is refused', async (_, make, words) => {
    await make();
    await expect(openProfiles({ path })).rejects.toMatchObject({
      code: 'profile/unreadable',
      message: expect.stringContaining(words),
    });
  });

  test('below a file there is no file', async () => {
    await writeFile(path, local);
    await expect(openProfiles({ path: join(path, 'config') })).rejects.toMatchObject({
      code: 'profile/unreadable',
      message: expect.stringContaining('a part of its path is a file'),
    });
  });

  test('a huge file is refused before it is read', async () => {
    await writeFile(path, `${local}#${'x'.repeat(1024 * 1024)}`);
    await expect(openProfiles({ path })).rejects.toMatchObject({
      code: 'profile/too-large',
      context: { limit: 1024 * 1024 },
    });
    expect((await openProfiles({ path, maxBytes: 2 * 1024 * 1024 })).exists).toBe(true);
  });

  test('an aborted signal stops it', async () => {
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(openProfiles({ path, signal })).rejects.toMatchObject({
      code: 'request/aborted',
      cause: expect.objectContaining({ message: 'enough' }),
    });
  });
});

describe('saving', () => {
  test('makes file and folders for this user only', async () => {
    const deep = join(folder, 'a', 'b', 'config');
    const store = await openProfiles({ path: deep });
    const saved = await store.save(addProfile(store.config, 'new', { endpoint: 'x:1', installation: 'local' }));
    expect(saved.exists).toBe(true);
    expect(await readFile(deep, 'utf8')).toBe(
      'version = "2.0"\ncurrent_profile = "new"\n\n[profile.new]\ncluster = "new"\n\n[cluster.new]\nendpoint = "x:1"\n' +
        'use_spu_local_address = false\n\n[cluster.new.tls]\ntls_policy = "disabled"\n\n[cluster.new.metadata]\ninstallation = "local"\n',
    );
    expect((await openProfiles({ path: deep })).config).toEqual(saved.config);
    expect(await readdir(dirname(deep))).toEqual(['config']);
    if (posix) {
      expect(await rights(deep)).toBe(0o600);
      expect(await rights(dirname(deep))).toBe(0o700);
      expect(await rights(join(folder, 'a'))).toBe(0o700);
    }
  });

  test('touches nothing but what changed', async () => {
    await writeFile(path, local);
    const store = await openProfiles({ path });
    await store.save(addProfile(store.config, 'b', { endpoint: 'b:1', makeCurrent: false }));
    const text = await readFile(path, 'utf8');
    expect(text).toContain(local.slice(0, local.indexOf('\n[cluster.local]')));
    expect(text).toContain(local.slice(local.indexOf('[cluster.local]')));
  });

  test('keeps unknown keys, and writes known ones of a changed cluster the official way', async () => {
    await writeFile(path, local);
    await updateProfiles(path, (c) => addProfile(c, 'local', { endpoint: 'x:1', tls: { mode: 'anonymous' } }));
    const text = await readFile(path, 'utf8');
    expect(text).toContain('\nendpoint = "x:1"\n');
    expect(text).not.toContain('addr =');
    for (const kept of ['# mine', '# keep me', 'future = { a = [ 1, 2.0 ] }', 'big = 9223372036854775807']) {
      expect(text).toContain(kept);
    }
  });

  test('without a change writes nothing', async () => {
    await writeFile(path, local);
    const before = new Date(1_000_000);
    await utimes(path, before, before);
    const store = await openProfiles({ path });
    await store.save(switchProfile(store.config, 'local'));
    expect((await stat(path)).mtime).toEqual(before);
  });

  test('the last profile and cluster leave a file that official programs read: both tables exist', async () => {
    await writeFile(path, 'version = "2.0"\n[profile.a]\ncluster = "a"\n');
    const { config } = await updateProfiles(path, (c) => deleteProfile(c, 'a'));
    expect(config.profiles.size).toBe(0);
    expect(await readFile(path, 'utf8')).toBe('version = "2.0"\n\n[profile]\n\n[cluster]\n');
  });

  test('an empty file gets version and tables', async () => {
    await writeFile(path, '\n');
    await updateProfiles(path, (c) => c);
    expect(await readFile(path, 'utf8')).toBe('version = "2.0"\n\n[profile]\n[cluster]\n');
  });

  test('CRLF and byte order mark survive', async () => {
    await writeFile(path, `\uFEFF${local.replaceAll('\n', '\r\n')}`);
    await updateProfiles(path, (c) => renameProfile(c, 'local', 'laptop'));
    const text = await readFile(path, 'utf8');
    expect(text.startsWith('\uFEFF# mine\r\n')).toBe(true);
    expect(text.replaceAll('\r\n', '')).not.toContain('\n');
    expect((await openProfiles({ path })).config.currentProfile).toBe('laptop');
  });

  test.runIf(posix)('takes rights away, and gives none', async () => {
    for (const [before, after] of [
      [0o644, 0o600],
      [0o666, 0o600],
      [0o600, 0o600],
      [0o400, 0o400],
    ] as const) {
      await writeFile(path, local);
      await chmod(path, before);
      const store = await openProfiles({ path });
      await store.save(renameProfile(store.config, 'local', 'x'));
      expect(await rights(path)).toBe(after);
      await rm(path);
    }
  });

  test('a store whose file changed since is refused, and the file stays', async () => {
    await writeFile(path, local);
    const store = await openProfiles({ path });
    const other = `${local}\n[profile.other]\ncluster = "local"\n`;
    for (const change of [() => writeFile(path, other), () => rm(path)]) {
      await change();
      const now = await readFile(path, 'utf8').catch(() => undefined);
      await expect(store.save(switchProfile(store.config, 'local'))).rejects.toMatchObject({
        code: 'profile/changed',
        retryable: true,
      });
      expect(await readFile(path, 'utf8').catch(() => undefined)).toBe(now);
    }
    expect(await readdir(folder)).toEqual([]);
  });

  test('a saved store can be saved again', async () => {
    let store = await openProfiles({ path });
    for (const name of ['a', 'b', 'c']) store = await store.save(addProfile(store.config, name, { endpoint: 'x:1' }));
    expect([...(await openProfiles({ path })).config.profiles.keys()]).toEqual(['a', 'b', 'c']);
  });

  test('a broken file is never overwritten', async () => {
    for (const broken of ['version = "2.0\n', '[cluster.a]\n', '[profile.a]\ncluster = 1\n']) {
      await writeFile(path, broken);
      await expect(updateProfiles(path, (c) => addProfile(c, 'a', { endpoint: 'x:1' }))).rejects.toMatchObject({
        code: 'profile/unreadable',
      });
      expect(await readFile(path, 'utf8')).toBe(broken);
      expect(await readdir(folder)).toEqual(['config']);
    }
  });

  test('an edit that throws writes nothing and leaves no lock', async () => {
    await writeFile(path, local);
    await expect(updateProfiles(path, (c) => switchProfile(c, 'nope'))).rejects.toMatchObject({
      code: 'profile/not-found',
    });
    expect(await readFile(path, 'utf8')).toBe(local);
    expect(await readdir(folder)).toEqual(['config']);
  });

  test('what could not be read again is not written', async () => {
    const wrong = { cluster: 'a', topic: undefined, partition: 1.5, extra: {} };
    await expect(updateProfiles(path, (c) => ({ ...c, profiles: new Map([['a', wrong]]) }))).rejects.toMatchObject({
      code: 'profile/invalid',
      message: expect.stringContaining('partition is not a whole number'),
    });
    const options = { maxBytes: 100 };
    await expect(updateProfiles(path, (c) => addProfile(c, 'a', { endpoint: 'x:1' }), options)).rejects.toMatchObject({
      code: 'profile/too-large',
    });
    expect(await readdir(folder)).toEqual([]);
  });

  test('an empty path says where it comes from', async () => {
    const store = await openProfiles({ env: { FLV_PROFILE_PATH: '' } });
    expect(store.exists).toBe(false);
    await expect(store.save(store.config)).rejects.toMatchObject({
      code: 'profile/unwritable',
      message: expect.stringContaining('FLV_PROFILE_PATH'),
    });
  });
});

describe.runIf(posix)('symbolic links', () => {
  test('are followed, not replaced', async () => {
    await mkdir(join(folder, 'real'));
    await writeFile(join(folder, 'real', 'config'), local);
    await symlink(join('real', 'config'), path);
    await updateProfiles(path, (c) => renameProfile(c, 'local', 'x'));
    expect((await lstat(path)).isSymbolicLink()).toBe(true);
    expect(await readFile(join(folder, 'real', 'config'), 'utf8')).toContain('[profile.x]');
    expect(await readdir(folder)).toEqual(['config', 'real']);
    expect(await readdir(join(folder, 'real'))).toEqual(['config']);
  });

  test('to a file that is not there yet make that file', async () => {
    await symlink('second', path);
    await symlink(join('made', 'config'), join(folder, 'second'));
    await updateProfiles(path, (c) => addProfile(c, 'a', { endpoint: 'x:1' }));
    expect((await lstat(path)).isSymbolicLink()).toBe(true);
    expect(await readFile(join(folder, 'made', 'config'), 'utf8')).toContain('[profile.a]');
  });
});

describe.runIf(posix)('when the system refuses', () => {
  const change = `
    const c = 'x'.repeat(4000);
    try {
      await p.updateProfiles(args[0], (config) => p.addProfile(config, 'b', { endpoint: 'b:1', metadata: { c } }));
      say('saved');
    } catch (error) { say(JSON.stringify({ code: error.code, message: error.message })); }`;
  const outcome = async (run: ReturnType<typeof script>) => {
    const { value } = await run.lines.next();
    expect(await run.ended).toMatchObject({ code: 0, stderr: '' });
    return JSON.parse(value as string) as unknown;
  };

  test('the old file stays when the disk takes no more', async () => {
    await writeFile(path, local);
    // A limit on the size of files stops the write in the middle, as a full disk does.
    const run = script(change, [path], `trap '' XFSZ; ulimit -f 1`);
    expect(await outcome(run)).toMatchObject({
      code: 'profile/unwritable',
      message: expect.stringMatching(/EFBIG.*; what was there is unchanged$/),
    });
    expect(await readFile(path, 'utf8')).toBe(local);
    expect(await readdir(folder)).toEqual(['config']);
  });

  test('the old file stays in a folder without write permission', async () => {
    await writeFile(path, local);
    await chmod(path, 0o644);
    await chmod(folder, 0o555);
    // The superuser may write anywhere.
    const nobody = process.getuid?.() === 0 ? 'process.setgid(65534); process.setuid(65534);' : '';
    expect(await outcome(script(nobody + change, [path]))).toMatchObject({
      code: 'profile/unwritable',
      message: expect.stringContaining('permission denied (EACCES)'),
    });
    expect(await readFile(path, 'utf8')).toBe(local);
    await chmod(folder, 0o755);
  });

  test.runIf(process.getuid?.() === 0)('the file keeps its owner when the superuser changes it', async () => {
    await writeFile(path, local);
    await chown(path, 65534, 65534);
    await updateProfiles(path, (c) => renameProfile(c, 'local', 'x'));
    expect(await stat(path)).toMatchObject({ uid: 65534, gid: 65534 });
    expect(await rights(path)).toBe(0o600);
  });
});

test('what is written is what is read', async () => {
  const store = await openProfiles({ path });
  const tls = { mode: 'verified', source: 'files', domain: 'd', caCertPath: 'a', certPath: 'b', keyPath: 'c' } as const;
  const { config } = await store.save(
    addProfile(store.config, '__proto__', { endpoint: 'x:1', tls, metadata: { at: new Date(0), n: 1.5 } }),
  );
  expect(formatProfiles((await openProfiles({ path })).config)).toBe(formatProfiles(config));
});
