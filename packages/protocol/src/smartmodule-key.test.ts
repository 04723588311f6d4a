/** Keys of SmartModules: what is one, and which module it means. */
import { describe, expect, it } from 'vitest';
import type { SmartModuleSpec } from './messages/sc/smartmodule.ts';
import { matchesSmartModuleKey, parseSmartModuleKey, smartModuleFor, smartModuleStoreName } from './smartmodule-key.ts';

interface Module {
  readonly name: string;
  readonly spec: Pick<SmartModuleSpec, 'meta'>;
}

const module = (name: string, packaged?: readonly [group: string, version: string]): Module => {
  const of = packaged && {
    name,
    group: packaged[0],
    version: packaged[1],
    apiVersion: '0.1.0',
    description: undefined,
    license: undefined,
    visibility: 'private' as const,
    repository: undefined,
  };
  return {
    name: of === undefined ? name : smartModuleStoreName(of),
    spec: { meta: of && { package: of, params: new Map() } },
  };
};

describe('a key', () => {
  it.each([
    ['name', { name: 'name' }],
    ['group/name', { group: 'group', name: 'name' }],
    ['group/name@1.2.3', { group: 'group', name: 'name', version: '1.2.3' }],
    ['name@10', { name: 'name', version: '10.0.0' }],
    ['name@1.2-rc.1', { name: 'name', version: '1.2.0-rc.1' }],
  ])('%s', (text, key) => {
    expect(parseSmartModuleKey(text)).toEqual(key);
  });

  it.each(['', '/', 'a/b/c', '/name', 'group/', 'name@', 'name@x', 'name@1@2', '@1.0.0'])('is not %j', (text) => {
    expect(parseSmartModuleKey(text)).toBeUndefined();
  });
});

describe('a module', () => {
  const modules = [
    module('bare'),
    module('pack', ['one', '0.9.0']),
    module('pack', ['one', '0.10.0']),
    module('pack', ['two', '0.2.0']),
  ];
  const found = (key: string) => smartModuleFor(key, modules)?.name;

  it('is found by its package, the newest version first, or by its own name', () => {
    expect(found('bare')).toBe('bare');
    expect(found('one/bare')).toBe('bare');
    expect(found('pack')).toBe('pack-one-0.10.0');
    expect(found('two/pack')).toBe('pack-two-0.2.0');
    expect(found('one/pack@0.9')).toBe('pack-one-0.9.0');
    expect(found('pack-one-0.9.0')).toBe('pack-one-0.9.0');
    expect(found('pack@3')).toBeUndefined();
    expect(found('pac')).toBeUndefined();
  });

  it('is not found by its stored name where its package has another', () => {
    const [, packed] = modules;
    expect(packed && matchesSmartModuleKey({ name: 'pack-one-0.9.0' }, packed)).toBe(false);
  });
});
