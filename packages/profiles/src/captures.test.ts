/** Holds this package to what the official command line printed of its own files, where the captures are at hand. */
import { existsSync, readFileSync } from 'node:fs';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, test } from 'vitest';
import { parseProfiles } from './decode.ts';
import { clusterDocument, formatProfiles, profileDocument } from './encode.ts';
import { addProfile, deleteCluster, deleteProfile, findProfile, renameProfile, switchProfile } from './operations.ts';
import { exportProfile, listProfiles } from './report.ts';

interface Run {
  readonly args: readonly string[];
  readonly stdout: string;
  readonly stderr: string;
}

const folder = process.env.FLUVIO_VECTORS ?? fileURLToPath(new URL('../../../../shared/vectors', import.meta.url));
const file = `${folder}/cli-output.json`;
const runs: readonly Run[] = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as { runs: Run[] }).runs : [];
const profileRuns = runs.filter(({ args }) => args[0] === 'profile');

/** What the official command line printed, the nth time that it was called like this. */
function printed(command: string, nth = 0): string {
  return profileRuns.filter(({ args }) => args.join(' ') === command)[nth]?.stdout ?? '';
}

describe('the official command line', () => {
  beforeEach(({ skip }) =>
    skip(runs.length === 0, `no captured output of the official command line: ${file} does not exist`),
  );

  // It prints a blank line behind the file.
  const official = printed('profile list -O toml').replace(/\n\n$/, '\n');

  test('writes files that come out the same byte for byte', () => {
    expect(official).toContain('[cluster.local]');
    expect(formatProfiles(parseProfiles(official))).toBe(official);
  });

  test('exports what we export', () => {
    expect(`${exportProfile(parseProfiles(official), 'local')}\n`).toBe(printed('profile export local'));
  });

  test('prints the JSON that our documents are, but for its nulls', () => {
    const config = parseProfiles(official);
    const withoutNulls = (text: string): unknown => JSON.parse(text, (_, value: unknown) => value ?? undefined);
    expect({ ...profileDocument(config) }).toMatchObject(withoutNulls(printed('profile list -O json')) as object);
    expect(JSON.parse(JSON.stringify(profileDocument(config)))).toEqual(withoutNulls(printed('profile list -O json')));
    expect(JSON.parse(JSON.stringify(clusterDocument(findProfile(config).cluster)))).toEqual(
      JSON.parse(printed('profile export local -O json')),
    );
  });

  test('goes through the same states', () => {
    const rows = (nth: number): string[] =>
      printed('profile list', nth)
        .split('\n')
        .slice(1, -1)
        .map((line) => line.toLowerCase().trim().replaceAll(/ +/g, ' '));
    const ours = (config: Parameters<typeof listProfiles>[0]): string[] =>
      listProfiles(config).map((r) =>
        [...(r.current ? ['*'] : []), r.profile, r.cluster, r.address, r.tls, r.installation].join(' '),
      );
    let config = parseProfiles(official);
    expect(ours(config)).toEqual(rows(0));
    config = addProfile(config, 'second', { endpoint: '127.0.0.1:9803', installation: 'local' });
    expect(ours(config)).toEqual(rows(1));
    config = deleteProfile(renameProfile(switchProfile(config, 'local'), 'second', 'third'), 'third');
    expect(formatProfiles(deleteCluster(config, 'second'))).toBe(official);
  });
});
