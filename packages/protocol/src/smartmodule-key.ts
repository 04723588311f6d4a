/**
 * Names of SmartModules as requests write them: `name`, `group/name` or `group/name@version`.
 *
 * A module that was stored with its package is found by the name of that package, whatever its group and version where
 * the key does not say; one that was stored as a bare file, by its own name.
 */
import type { SmartModulePackage, SmartModuleSpec } from './messages/sc/smartmodule.ts';

/** The parts of a SmartModule's key. */
export interface SmartModuleKey {
  readonly name: string;
  readonly group?: string | undefined;
  /** Complete: `1` was `1.0.0`. */
  readonly version?: string | undefined;
}

/** A stored SmartModule, as far as keys look at it. */
export interface KeyedSmartModule {
  readonly name: string;
  readonly spec: Pick<SmartModuleSpec, 'meta'>;
}

const VERSION = /^(\d+)(?:\.(\d+))?(?:\.(\d+))?([-+][0-9A-Za-z.+-]+)?$/;

/** The parts of `text`; undefined if it is no key. */
export function parseSmartModuleKey(text: string): SmartModuleKey | undefined {
  const parts = text.split('/');
  const [last = '', group] = parts.length === 2 ? [parts[1], parts[0]] : parts;
  if (parts.length > 2 || group === '') return undefined;
  const [name = '', version, ...rest] = last.split('@');
  if (name === '' || rest.length > 0) return undefined;
  if (version === undefined) return { name, group };
  const [, major, minor = '0', patch = '0', label = ''] = VERSION.exec(version) ?? [];
  return major === undefined ? undefined : { name, group, version: `${major}.${minor}.${patch}${label}` };
}

/** Whether a key means a module. */
export function matchesSmartModuleKey({ name, group, version }: SmartModuleKey, module: KeyedSmartModule): boolean {
  const packaged = module.spec.meta?.package;
  if (packaged === undefined) return module.name === name;
  return (
    packaged.name === name &&
    (group === undefined || packaged.group === group) &&
    (version === undefined || packaged.version === version)
  );
}

/** The name under which the controller stores a packaged module. */
export const smartModuleStoreName = ({ name, group, version }: SmartModulePackage): string =>
  `${name}-${group}-${version}`;

/** Whether a text is a complete semantic version, which is all that Rust clients can read. */
export const isSmartModuleVersion = (text: string): boolean => {
  const [, , , patch] = VERSION.exec(text) ?? [];
  return patch !== undefined;
};

/** The module that a key means: the one of exactly that name, else the newest version that it fits. */
export function smartModuleFor<T extends KeyedSmartModule>(text: string, modules: readonly T[]): T | undefined {
  const exact = modules.find(({ name }) => name === text);
  const key = parseSmartModuleKey(text);
  if (exact !== undefined || key === undefined) return exact;
  return modules.filter((module) => matchesSmartModuleKey(key, module)).sort(newestFirst)[0];
}

function newestFirst(a: KeyedSmartModule, b: KeyedSmartModule): number {
  const numbers = (module: KeyedSmartModule): number[] =>
    (module.spec.meta?.package.version ?? '0').split(/[.+-]/).slice(0, 3).map(Number);
  const [x, y] = [numbers(a), numbers(b)];
  return (y[0] ?? 0) - (x[0] ?? 0) || (y[1] ?? 0) - (x[1] ?? 0) || (y[2] ?? 0) - (x[2] ?? 0);
}
