/**
 * SPU groups: some SPUs that are made and unmade together, with ids in a row.
 *
 * The SC keeps the groups. Who runs their SPUs, if anyone does, is a {@link ManagedSpus}; without one a group stays as it
 * was made, `Init`, as in a Fluvio cluster outside of Kubernetes.
 */
import type { SpuGroupSpec, SpuGroupStatus, Status } from '@fluvio-ts/protocol';
import type { Logger } from '../logger.ts';
import { reasonOf } from '../logger.ts';
import type { ManagedSpu, ManagedSpus } from '../members/member.ts';
import type { Metadata } from './metadata.ts';
import { canBeKept } from './object-files.ts';
import { change, refusal, statusOf } from './outcome.ts';
import type { StoredObject } from './store.ts';

/** What can be done with groups. */
export interface SpuGroups {
  create(name: string, spec: SpuGroupSpec, dryRun: boolean): Promise<Status>;
  delete(name: string): Promise<Status>;
  /** The group that an SPU belongs to. */
  groupOf(id: number): StoredObject<'SpuGroup'> | undefined;
  /** Has the SPUs of all groups run. For when SPUs can register. */
  begin(): void;
}

/** What groups are made of. */
export interface SpuGroupsOptions {
  readonly metadata: Metadata;
  readonly managedSpus?: ManagedSpus | undefined;
  /** Removes an SPU of a deleted group. */
  readonly forget: (id: number) => Promise<void>;
  readonly log: Logger;
}

/** More SPUs than a group of this cluster, which is on one machine, can have. */
const MOST_REPLICAS = 100;

/** Makes the groups of a cluster. */
export function createSpuGroups({ metadata, managedSpus, forget, log }: SpuGroupsOptions): SpuGroups {
  const { SpuGroup: groups, SPU: spus } = metadata.stores;

  const groupOf = (id: number): StoredObject<'SpuGroup'> | undefined =>
    groups.all().find((group) => group.status.resolution !== 'Invalid' && covers(group.spec, id));

  const show = (group: StoredObject<'SpuGroup'>, status: SpuGroupStatus): Promise<void> =>
    metadata.exclusive(async () => {
      const present = groups.get(group.name);
      if (present?.uid !== group.uid) return;
      await metadata.commit([{ label: 'SpuGroup', put: { ...present, status } }]);
    });

  const run = async (group: StoredObject<'SpuGroup'>): Promise<void> => {
    if (managedSpus === undefined || group.status.resolution === 'Invalid') return;
    let status: SpuGroupStatus = { resolution: 'Reserved', reason: undefined };
    try {
      await managedSpus.start(membersOf(group));
    } catch (error) {
      status = { resolution: 'Invalid', reason: reasonOf(error) };
      log('error', 'the SPUs of a group could not be started', { group: group.name, reason: status.reason });
    }
    try {
      await show(group, status);
    } catch (error) {
      log('error', 'the state of an SPU group could not be written down', { reason: reasonOf(error) });
    }
  };

  const disband = async (group: StoredObject<'SpuGroup'>): Promise<void> => {
    if (group.status.resolution === 'Invalid') return;
    const members = membersOf(group);
    try {
      await managedSpus?.stop(members);
      for (const { id } of members) await forget(id);
    } catch (error) {
      log('error', 'the SPUs of a deleted group are not all gone', { group: group.name, reason: reasonOf(error) });
    }
  };

  return {
    groupOf,

    async create(name, spec, dryRun) {
      let made: StoredObject<'SpuGroup'> | undefined;
      const refused = await change(metadata, 'SpuError', async () => {
        if (groups.get(name) !== undefined) return refusal('SpuError', `spu group '${name}' already defined`);
        if (name === '' || !canBeKept(name)) return refusal('SpuError', `'${name}' cannot be the name of an SPU group`);
        if (spec.replicas > MOST_REPLICAS) {
          return refusal('SpuError', `${spec.replicas} SPUs are more than the ${MOST_REPLICAS} that a group can have`);
        }
        if (dryRun) return undefined;
        made = { name, uid: metadata.newUid(), spec, status: statusFor(spec) };
        await metadata.commit([{ label: 'SpuGroup', put: made }]);
        return undefined;
      });
      if (made !== undefined && refused === undefined) await run(made);
      return statusOf(name, refused);
    },

    async delete(name) {
      let found: StoredObject<'SpuGroup'> | undefined;
      const refused = await change(metadata, 'SpuError', async () => {
        found = groups.get(name);
        if (found === undefined) return refusal('SpuNotFound', 'not found');
        await metadata.commit([{ label: 'SpuGroup', delete: name }]);
        return undefined;
      });
      if (refused === undefined && found !== undefined) await disband(found);
      return statusOf(name, refused);
    },

    begin() {
      for (const group of groups.all()) void run(group);
    },
  };

  /** Ids that are taken make a group invalid; it is kept, for its operator to see why. */
  function statusFor(spec: SpuGroupSpec): SpuGroupStatus {
    const taken =
      spus.all().find((spu) => covers(spec, spu.spec.id))?.spec.id ??
      groups.all().find((other) => other.status.resolution !== 'Invalid' && overlap(spec, other.spec))?.spec.minId;
    if (taken === undefined) return { resolution: 'Init', reason: undefined };
    return { resolution: 'Invalid', reason: `conflict with: ${taken}` };
  }
}

const covers = ({ minId, replicas }: SpuGroupSpec, id: number): boolean => id >= minId && id < minId + replicas;

const overlap = (a: SpuGroupSpec, b: SpuGroupSpec): boolean =>
  a.minId < b.minId + b.replicas && b.minId < a.minId + a.replicas;

/** Its SPUs: `minId` and up, named after the group. They register with the SC under these ids. */
const membersOf = ({ name, spec }: StoredObject<'SpuGroup'>): ManagedSpu[] =>
  Array.from({ length: spec.replicas }, (_, i) => ({ id: spec.minId + i, name: `${name}-${i}` }));
