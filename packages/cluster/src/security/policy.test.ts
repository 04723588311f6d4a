/** Policy files: Fluvio's own is read, and a mistake is told with its place, what is wrong, and what to do. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startCluster } from '../cluster.ts';
import { authorizer } from './authorization.ts';
import { readPolicy, readScopes } from './policy.ts';

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'fluvio-policy-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

const file = (text: string): string => {
  const path = join(dir, 'policy.json');
  writeFileSync(path, text);
  return path;
};

it.each<[string, string, number, number, string, string]>([
  ['no JSON at all', 'Root: Topic', 1, 1, 'there is "R" where a value should be', 'write JSON'],
  ['an empty file', '', 1, 1, 'the text ends where a value should be', 'write JSON'],
  [
    'a missing comma',
    '{\n  "Root": {}\n  "Other": {}\n}',
    3,
    3,
    'there is "\\"" where a comma or "}" should be',
    'add',
  ],
  [
    'a comma too many',
    '{\n  "Root": {\n    "Topic": ["All"],\n  }\n}',
    4,
    3,
    'a comma before "}"',
    'remove that comma',
  ],
  ['an open list', '{ "Root": { "Topic": ["All" } }', 1, 29, 'a comma or "]" should be', 'add'],
  ['an open text', '{ "Root', 1, 3, 'where a text in quotes should be', 'double quotes'],
  ['more behind the end', '{}\n}', 2, 1, 'behind the end', 'remove'],
  ['a list of roles', '["Root"]', 1, 1, 'the policy is not an object', '"Topic": ["Read"]'],
  ['a role that is a list', '{ "Root": ["All"] }', 1, 11, 'Root is not an object', '"Topic": ["Read"]'],
  [
    'a kind that does not exist',
    '{\n "Root": {\n  "Topics": ["All"]\n }\n}',
    3,
    3,
    "Root: 'Topics' is no kind of object",
    'Topic, Partition',
  ],
  [
    'actions that are no list',
    '{ "Root": { "Topic": "All" } }',
    1,
    22,
    'Root.Topic is not a list',
    '["Read", "Create"]',
  ],
  ['an action that is no text', '{ "Root": { "Topic": [1] } }', 1, 23, 'Root.Topic[0] is not a text', 'list'],
  [
    'an action that does not exist',
    '{ "R": { "Topic": ["Read",\n"Write"] } }',
    2,
    1,
    "R.Topic[1]: 'Write' is no action",
    'Create, Read, Update, Delete, All',
  ],
  ['an action in small letters', '{ "R": { "Topic": ["read"] } }', 1, 20, "'read' is no action", 'write one of'],
  [
    'an instance without a name',
    '{ "R": { "Topic": ["Delete:"] } }',
    1,
    20,
    "no object is named after 'Delete:'",
    'name one',
  ],
  ['a role that is there twice', '{ "R": {}, "R": {} }', 1, 12, "'R' is there twice", 'make one'],
])('refuses %s', async (_, text, line, column, reason, fix) => {
  const policy = file(text);
  const error = await startCluster({ tls: true, authorization: { policy } }).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({
    code: 'cluster/authorization',
    context: { what: 'policy', file: policy, line, column },
    message: expect.stringContaining(`${policy}:${line}:${column}: `),
  });
  expect((error as Error).message).toContain(reason);
  expect((error as Error).message).toContain(fix);
});

it('names the file that cannot be read, and the option of a value that cannot be used', () => {
  expect(() => readPolicy(join(dir, 'none.json'))).toThrow(
    /none\.json: it cannot be read .*: give the path of a JSON file$/,
  );
  expect(() => readPolicy({ R: { Topic: ['Write'] } })).toThrow(
    /^authorization\.policy: R\.Topic\[0\]: 'Write' is no action/,
  );
  expect(() => readScopes({ alice: 'Root' } as never)).toThrow(/^authorization\.scopes: alice is not a list/);
});

it('wants certificates to know who asks', async () => {
  const policy = { Root: { Topic: ['All'] } };
  await expect(startCluster({ authorization: { policy } })).rejects.toMatchObject({
    code: 'cluster/options',
    message: 'authorization: clients are known by their certificates: turn tls on as well',
  });
  const tls = { clientCertificates: 'optional' } as const;
  await expect(startCluster({ tls, authorization: { policy } })).rejects.toThrow(
    /^tls\.clientCertificates: .*'required'/,
  );
});

describe('what roles come to', () => {
  const policy = {
    Default: { Topic: ['Read'], Remote: ['All'] },
    Owner: { Topic: ['Update:orders', 'Delete:orders'], Partition: ['All:orders-0'] },
    Nothing: {},
  };
  const scopes = { bob: ['Default', 'Owner'], eve: ['Unknown'], nil: ['Nothing'] };
  const of = (name: string, organizations: readonly string[] = []) =>
    authorizer({ policy: file(JSON.stringify(policy)), scopes })({ name, organizations });

  it('is everything of every role, for all objects or for the one that is named', () => {
    const bob = of('bob');
    expect(bob?.may('Read', 'Topic', 'any')).toBe(true);
    expect(bob?.may('Delete', 'Topic', 'orders')).toBe(true);
    expect(bob?.may('Delete', 'Topic', 'orders-eu')).toBe(false);
    expect(bob?.may('Create', 'Topic', 'orders')).toBe(false);
    expect(bob?.may('Update', 'Partition', 'orders-0')).toBe(true);
    expect(bob?.may('Update', 'Partition', 'orders-1')).toBe(false);
    expect(bob?.may('Create', 'Mirror', 'edge')).toBe(true);
  });

  it('is nothing for unknown clients, roles that the policy has not, and roles of nothing', () => {
    for (const access of [of('stranger', ['Default']), of('eve'), of('nil')]) {
      expect(access?.may('Read', 'Topic', 'any')).toBe(false);
      expect(access?.any).toBe(false);
    }
    expect(authorizer({ policy })(undefined)?.any).toBe(false);
  });

  it('comes from the certificate where no scopes are given', () => {
    const access = authorizer({ policy })({ name: 'bob', organizations: ['Default'] });
    expect(access?.may('Read', 'Topic', 'any')).toBe(true);
    expect(access?.may('Delete', 'Topic', 'orders')).toBe(false);
  });
});
