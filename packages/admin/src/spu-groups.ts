/** The verbs of SPU groups. */
import type { Cluster } from '@fluvio-ts/client/internal';
import type { SpuConfig, SpuGroupSpec } from '@fluvio-ts/protocol';
import { adminError } from './errors.ts';
import type { SpuGroup } from './objects/spu-group.ts';
import { spuGroup, spuGroupKind } from './objects/spu-group.ts';
import type { ChangeOptions } from './requests/change.ts';
import type { CreateOptions, ListOptions } from './requests/kept.ts';
import { kept } from './requests/kept.ts';
import type { ReadOptions } from './requests/read.ts';
import type { WaitOptions } from './watch/wait-for.ts';
import { waitFor } from './watch/wait-for.ts';
import type { Watch, WatchOptions } from './watch/watch.ts';
import { openWatch } from './watch/watch.ts';

/** SPUs to be made together. */
export interface SpuGroupSettings {
  /** Number of SPUs. Default 1. */
  readonly replicas?: number;
  /** Id of the first SPU; the others follow. Default 1. */
  readonly minId?: number;
  /** Where they stand. Default: nowhere. */
  readonly rack?: string;
  /** Storage of each SPU, as a quantity of Kubernetes. Default: what the cluster gives. */
  readonly storageSize?: string;
}

/**
 * SPU groups. A cluster on Kubernetes and an embedded one run their SPUs; any other only keeps the group, as `Init`.
 *
 * Every method may also reject with `connect/timeout`, `request/aborted` and `client/closed`; changes with
 * what the controller refuses, a code of `ServerCodes` (`spu/not-found`, `permission/denied`, …).
 */
export interface SpuGroups {
  /** Makes a group. Whether its SPUs run is in its status. @throws `option/invalid`, codes of `ServerCodes`, `change/unconfirmed`, `wait/timeout` */
  create(name: string, group?: SpuGroupSettings | SpuGroupSpec, options?: CreateOptions): Promise<SpuGroup>;
  /** One group; undefined when there is none. */
  get(name: string, options?: ReadOptions): Promise<SpuGroup | undefined>;
  /** Groups in the order of their names. */
  list(options?: ListOptions): Promise<SpuGroup[]>;
  /** Deletes a group with its SPUs. @throws `spu/not-found`, `change/unconfirmed`, `wait/timeout` */
  delete(name: string, options?: ChangeOptions): Promise<void>;
  /** Every change of every group. */
  watch(options?: WatchOptions): Watch<SpuGroup>;
  /** Waits until the group is there and `test` holds for it. @throws `wait/timeout`, and whatever `test` throws */
  waitFor(name: string, test: (group: SpuGroup) => boolean, options?: WaitOptions): Promise<SpuGroup>;
}

/** The verbs of SPU groups on one cluster. */
export function spuGroups(cluster: Cluster): SpuGroups {
  const verbs = kept(cluster, { kind: spuGroupKind, noun: 'SPU group' });
  return {
    get: verbs.get,
    list: verbs.list,
    async create(name, group = {}, options = {}) {
      const spec = 'spuConfig' in group ? group : specOf(group);
      const request = { label: 'SpuGroup', body: { name, dryRun: false, timeout: undefined, spec } } as const;
      return verbs.create(name, request, spuGroup(name, spec, { resolution: 'Init', reason: undefined }), options);
    },
    delete: (key, options) => verbs.delete(key, { label: 'SpuGroup', body: { key, force: false } }, options),
    watch: (options) => openWatch(cluster, spuGroupKind, options),
    waitFor(name, test, options) {
      const wanted = { shown: `SPU group '${name}'`, is: (one: SpuGroup) => one.name === name };
      return waitFor(cluster, spuGroupKind, wanted, test, options);
    },
  };
}

function specOf({ replicas = 1, minId = 1, rack, storageSize }: SpuGroupSettings): SpuGroupSpec {
  const whole = (option: string, value: number, least: number, most: number): void => {
    if (Number.isInteger(value) && value >= least && value <= most) return;
    const reason = `must be a whole number from ${least} to ${most}, not ${value}`;
    throw adminError('option/invalid', { option, reason });
  };
  whole('replicas', replicas, 0, 0xffff);
  whole('minId', minId, 0, 0x7fff_ffff);
  const storage: SpuConfig['storage'] =
    storageSize === undefined ? undefined : { logDir: undefined, size: storageSize };
  return { replicas, minId, spuConfig: { rack, replication: undefined, storage, env: [] } };
}
