import { homedir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { profilePath } from './path.ts';

const home = join('home', 'ada');

test.each([
  ['the given path', { path: 'mine', env: { FLV_PROFILE_PATH: 'env' }, home }, 'mine'],
  ['FLV_PROFILE_PATH, which names the file itself', { env: { FLV_PROFILE_PATH: 'env' }, home }, 'env'],
  ['an empty FLV_PROFILE_PATH too', { env: { FLV_PROFILE_PATH: '' }, home }, ''],
  ['else the home folder', { env: {}, home }, join(home, '.fluvio', 'config')],
])('%s decides', (_, options, path) => {
  expect(profilePath(options)).toBe(path);
});

test('the home folder of the user is the default', () => {
  expect(profilePath({ env: {} })).toBe(join(homedir(), '.fluvio', 'config'));
});

test('without a home folder it says what to set', () => {
  expect(() => profilePath({ env: {}, home: '' })).toThrow(
    expect.objectContaining({ code: 'profile/no-home', message: expect.stringContaining('FLV_PROFILE_PATH') }),
  );
});
