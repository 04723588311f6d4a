/** The verbs of SPUs. Only custom ones can be registered and unregistered: managed ones come and go with their group. */
import type { Cluster } from '@fluvio-ts/client/internal';
import type { CustomSpuKey, ObjectOf, SpuType } from '@fluvio-ts/protocol';
import { Create, Delete } from '@fluvio-ts/protocol';
import type { Spu } from '../objects/spu.ts';
import { spu, spuKind } from '../objects/spu.ts';
import type { ChangeOptions } from '../requests/change.ts';
import { arrived, budget, change } from '../requests/change.ts';
import { matches } from '../requests/matches.ts';
import type { ReadOptions } from '../requests/read.ts';
import { read } from '../requests/read.ts';
import type { WaitOptions } from '../watch/wait-for.ts';
import { waitFor } from '../watch/wait-for.ts';
import type { Watch, WatchOptions } from '../watch/watch.ts';
import { openWatch } from '../watch/watch.ts';
import type { SpuSettings } from './spu-spec.ts';
import { asSpuSpec, customSpuSpec } from './spu-spec.ts';

/** How an SPU is registered. */
export interface RegisterSpuOptions extends ChangeOptions {
  /** Only ask the controller whether it would register the SPU. Default false. */
  readonly dryRun?: boolean;
}

/** Which SPUs are listed. */
export interface ListSpusOptions extends ReadOptions {
  /** Names that contain this text, or match this expression. Default: all. */
  readonly name?: string | RegExp;
  /** Only custom or only managed ones. Default: both. */
  readonly type?: SpuType;
}

/**
 * SPUs. They are named by their id (a number) or their name (a text). Reads are repeated across a lost connection;
 * changes are sent once, see `change/unconfirmed`.
 *
 * Every method may also reject with `connect/timeout`, `request/aborted` and `client/closed`; changes with
 * what the controller refuses, a code of `ServerCodes` (`spu/exists`, `spu/not-found`, …).
 */
export interface Spus {
  /** One SPU; undefined when there is none. */
  get(spu: number | string, options?: ReadOptions): Promise<Spu | undefined>;
  /** SPUs in the order of their ids. */
  list(options?: ListSpusOptions): Promise<Spu[]>;
  /**
   * Registers a custom SPU and resolves when this client knows it. Its status is `Init` until its server reports.
   *
   * @returns the SPU; for a dry run, what would have been stored
   * @throws `option/invalid`, `spu/exists`, `change/unconfirmed`, `wait/timeout`
   */
  register(settings: SpuSettings, options?: RegisterSpuOptions): Promise<Spu>;
  /**
   * Unregisters a custom SPU and resolves when this client sees it gone.
   *
   * @throws `spu/not-found`, `server/error` (`SpuError`) for a managed one, `change/unconfirmed`, `wait/timeout`
   */
  unregister(spu: number | string, options?: ChangeOptions): Promise<void>;
  /** Every change of every SPU. */
  watch(options?: WatchOptions): Watch<Spu>;
  /**
   * Waits until the SPU is there and `test` holds for it; states that pass quickly may not be seen.
   *
   * @throws `wait/timeout`, and whatever `test` throws
   */
  waitFor(spu: number | string, test: (spu: Spu) => boolean, options?: WaitOptions): Promise<Spu>;
}

/** The verbs of SPUs on one cluster. */
export function spus(cluster: Cluster): Spus {
  const known = (key: number | string): ObjectOf<'SPU'> | undefined => {
    if (typeof key === 'string') return cluster.metadata.spus.get(key);
    for (const wire of cluster.metadata.spus.values()) if (wire.spec.id === key) return wire;
    return undefined;
  };

  return {
    async get(key, options = {}) {
      const nameFilters = typeof key === 'string' ? [key] : [];
      const found = await read(cluster, spuKind, { nameFilters }, options);
      return found.find((one) => is(one, key));
    },

    async list(options = {}) {
      const { name, type } = options;
      const nameFilters = typeof name === 'string' ? [name] : [];
      const found = await read(cluster, spuKind, { nameFilters }, options);
      return found.filter((one) => matches(one.name, name) && (type === undefined || one.spec.spuType === type));
    },

    async register(settings, options = {}) {
      const { dryRun = false } = options;
      const spec = customSpuSpec(settings);
      const { name = `custom-spu-${spec.id}` } = settings;
      const request = { label: 'CustomSpu', body: { name, dryRun, timeout: undefined, spec } } as const;
      const what = `registering ${shown(spec.id)}${dryRun ? ' (dry run)' : ''}`;
      const time = budget(options);
      await change(cluster, { what, object: name }, Create, request, time);
      if (dryRun) return spu(name, asSpuSpec(spec), { resolution: 'Init' });
      const look = (): Spu | undefined => {
        const wire = known(name);
        return wire === undefined ? undefined : spuKind.fromWire(wire);
      };
      const state = (): string => `SPU '${name}' has not reached this client`;
      return arrived(cluster, { what, look, state }, time);
    },

    async unregister(key, options = {}) {
      const wireKey: CustomSpuKey = typeof key === 'number' ? { kind: 'id', id: key } : { kind: 'name', name: key };
      const request = { label: 'CustomSpu', body: { key: wireKey, force: false } } as const;
      const what = `unregistering ${shown(key)}`;
      const time = budget(options);
      await change(cluster, { what, object: String(key) }, Delete, request, time);
      const look = (): true | undefined => (known(key) === undefined ? true : undefined);
      const state = (): string => `${shown(key)} is still known to this client`;
      await arrived(cluster, { what, look, state }, time);
    },

    watch: (options) => openWatch(cluster, spuKind, options),

    waitFor(key, test, options) {
      return waitFor(cluster, spuKind, { shown: shown(key), is: (one: Spu) => is(one, key) }, test, options);
    },
  };
}

const is = (spu: Spu, key: number | string): boolean =>
  typeof key === 'number' ? spu.spec.id === key : spu.name === key;

const shown = (key: number | string): string => (typeof key === 'number' ? `SPU ${key}` : `SPU '${key}'`);
