/** The verbs of SmartModules. */
import type { Cluster } from '@fluvio-ts/client/internal';
import type { SmartModuleSpec } from '@fluvio-ts/protocol';
import { smartModuleFor, smartModuleStoreName } from '@fluvio-ts/protocol';
import type { SmartModule } from '../objects/smartmodule.ts';
import { smartModule, smartModuleKind } from '../objects/smartmodule.ts';
import type { ChangeOptions } from '../requests/change.ts';
import type { CreateOptions, ListOptions } from '../requests/kept.ts';
import { kept } from '../requests/kept.ts';
import type { ReadOptions } from '../requests/read.ts';
import { read } from '../requests/read.ts';
import type { Watch, WatchOptions } from '../watch/watch.ts';
import { openWatch } from '../watch/watch.ts';
import type { SmartModuleSettings } from './smartmodule-spec.ts';
import { smartModuleSpec } from './smartmodule-spec.ts';

/** How a SmartModule is read. */
export interface GetSmartModuleOptions extends ReadOptions {
  /** Read its WebAssembly as well. Default false. */
  readonly wasm?: boolean;
}

/**
 * SmartModules. They are named by what they are stored under, or by a key: `name`, `group/name` or `group/name@version`,
 * where the newest version counts. Reads are repeated across a lost connection; changes are sent once, see
 * `change/unconfirmed`.
 *
 * Every method may also reject with `connect/timeout`, `request/aborted` and `client/closed`; changes with
 * what the controller refuses, a code of `ServerCodes` (`smartmodule/not-found`, `permission/denied`, …).
 */
export interface SmartModules {
  /**
   * Stores a SmartModule, and replaces one that has its name; what runs already goes on with the one that it has. A version
   * of a package is stored under `name-group-version`. Nobody looks at the WebAssembly before it is used.
   *
   * ```ts
   * await admin(client).smartModules.create('contains', { wasm: await readFile('contains.wasm') });
   * ```
   *
   * @throws `option/invalid`, codes of `ServerCodes`, `change/unconfirmed`, `wait/timeout`
   */
  create(name: string, module: SmartModuleSettings | SmartModuleSpec, options?: CreateOptions): Promise<SmartModule>;
  /** One SmartModule; undefined when there is none. */
  get(key: string, options?: GetSmartModuleOptions): Promise<SmartModule | undefined>;
  /** SmartModules in the order of their names, without their WebAssembly. */
  list(options?: ListOptions): Promise<SmartModule[]>;
  /**
   * Deletes a SmartModule; what runs already goes on.
   *
   * @throws `smartmodule/not-found`, `change/unconfirmed`, `wait/timeout`
   */
  delete(key: string, options?: ChangeOptions): Promise<void>;
  /** Every change of every SmartModule, without their WebAssembly. */
  watch(options?: WatchOptions): Watch<SmartModule>;
}

/** The verbs of SmartModules on one cluster. */
export function smartModules(cluster: Cluster): SmartModules {
  const verbs = kept(cluster, { kind: smartModuleKind, noun: 'SmartModule' });
  return {
    async create(name, module, options = {}) {
      const spec = 'summary' in module ? module : await smartModuleSpec(name, module);
      const stored = spec.meta === undefined ? name : smartModuleStoreName(spec.meta.package);
      const request = { label: 'SmartModule', body: { name, dryRun: false, timeout: undefined, spec } } as const;
      return verbs.create(stored, request, smartModule(stored, spec, {}), options);
    },

    async get(key, { wasm = false, signal } = {}) {
      const found = smartModuleFor(key, await read(cluster, smartModuleKind, {}, { signal }));
      if (found === undefined || !wasm) return found;
      // The controller's filter knows keys, and not the names that it stores packaged modules under.
      const { meta } = found.spec;
      const own =
        meta === undefined ? found.name : `${meta.package.group}/${meta.package.name}@${meta.package.version}`;
      const whole = await read(cluster, smartModuleKind, { nameFilters: [own], summary: false }, { signal });
      return whole.find(({ name }) => name === found.name);
    },

    list: verbs.list,

    async delete(key, options) {
      const found = smartModuleFor(key, await read(cluster, smartModuleKind, {}, { signal: options?.signal }));
      // Fluvio's controller finds a packaged module by its key, and knows nothing of what it would be stored under.
      const { name, group, version } = found?.spec.meta?.package ?? {};
      const exact = name === undefined ? key : `${group}/${name}@${version}`;
      return verbs.delete(found?.name ?? key, { label: 'SmartModule', body: { key: exact, force: false } }, options);
    },

    watch: (options) => openWatch(cluster, smartModuleKind, options),
  };
}
