/** All objects of the cluster: in memory for everyone to read, on disk before anyone sees them. */
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ObjectLabel, ObjectOf, Type } from '@fluvio-ts/protocol';
import {
  MirrorSpec,
  MirrorStatus,
  PartitionSpec,
  PartitionStatus,
  SmartModuleSpec,
  SmartModuleStatus,
  SpuGroupSpec,
  SpuGroupStatus,
  SpuSpec,
  SpuStatus,
  schema,
  TableFormatSpec,
  TableFormatStatus,
  TopicSpec,
  TopicStatus,
} from '@fluvio-ts/protocol';
import type { Logger } from '../logger.ts';
import type { ObjectFiles } from './object-files.ts';
import { objectFiles } from './object-files.ts';
import type { Store, StoredObject } from './store.ts';
import { createStore } from './store.ts';

/** The kinds that this SC keeps. */
export type KeptLabel = Exclude<ObjectLabel, 'CustomSpu'>;

/** One step of a change. */
export type Step = { [L in KeptLabel]: { readonly label: L } & (PutStep<L> | DeleteStep) }[KeptLabel];
interface PutStep<L extends KeptLabel> {
  readonly put: StoredObject<L>;
  /** The status is not what changes: the one that is shown by then stays, which may be newer. */
  readonly keepStatus?: boolean;
}
interface DeleteStep {
  readonly delete: string;
}

/** The cluster's objects. */
export interface Metadata {
  /** Made with the folder, and kept: tells this cluster from any other. */
  readonly clusterId: string;
  readonly stores: { readonly [L in KeptLabel]: Store<L> };
  /**
   * Runs one change at a time: what a task has read holds until it is done. Reading needs no turn.
   */
  exclusive<T>(task: () => Promise<T>): Promise<T>;
  /**
   * Writes steps down, and shows them to everyone at once. The first step decides: after a crash the others are made up
   * for (see `repair`). Call it within {@link exclusive} only.
   */
  commit(steps: readonly Step[]): Promise<void>;
  /** Changes what needs no writing down: states that are known anew after a restart. */
  patch<L extends KeptLabel>(label: L, object: StoredObject<L>): void;
  /** Makes a new uid. */
  newUid(): string;
}

/** Files that are written at the same time. */
const CONCURRENT_WRITES = 16;

const LeadershipType = schema.struct({
  leader: schema.i32,
  epoch: schema.i32,
  version: schema.i32,
  inSync: schema.list(schema.i32),
});

const typeOf = <L extends ObjectLabel>(spec: Type<ObjectOf<L>['spec']>, status: Type<ObjectOf<L>['status']>) =>
  schema.struct({ name: schema.string, spec, status, leadership: schema.option(LeadershipType) }) as Type<
    Omit<StoredObject<L>, 'uid'>
  >;

/** Opens the metadata in a folder, which is made when it is missing. */
export function openMetadata(dir: string, durable: boolean, log: Logger): Metadata {
  mkdirSync(dir, { recursive: true });
  const kind = <L extends KeptLabel>(
    label: L,
    spec: Type<ObjectOf<L>['spec']>,
    status: Type<ObjectOf<L>['status']>,
  ): ObjectFiles<L> => objectFiles({ dir, label, type: typeOf<L>(spec, status), durable, log });
  const files: { readonly [L in KeptLabel]: ObjectFiles<L> } = {
    Topic: kind('Topic', TopicSpec, TopicStatus),
    Partition: kind('Partition', PartitionSpec, PartitionStatus),
    SPU: kind('SPU', SpuSpec, SpuStatus),
    SpuGroup: kind('SpuGroup', SpuGroupSpec, SpuGroupStatus),
    SmartModule: kind('SmartModule', SmartModuleSpec, SmartModuleStatus),
    TableFormat: kind('TableFormat', TableFormatSpec, TableFormatStatus),
    Mirror: kind('Mirror', MirrorSpec, MirrorStatus),
  };
  const stores: { readonly [L in KeptLabel]: Store<L> } = {
    Topic: createStore(files.Topic.load()),
    Partition: createStore(files.Partition.load()),
    SPU: createStore(files.SPU.load()),
    SpuGroup: createStore(files.SpuGroup.load()),
    SmartModule: createStore(files.SmartModule.load()),
    TableFormat: createStore(files.TableFormat.load()),
    Mirror: createStore(files.Mirror.load()),
  };
  let last: Promise<unknown> = Promise.resolve();

  const writeStep = (step: Step): Promise<void> => {
    // The compiler cannot see that the files and the object of a step are of one kind.
    const of = files[step.label] as unknown as ObjectFiles<ObjectLabel>;
    return 'put' in step ? of.write(step.put as StoredObject<ObjectLabel>) : of.remove(step.delete);
  };
  /** Writes down again what is shown. */
  const unwriteStep = (step: Step): Promise<void> => {
    const of = files[step.label] as unknown as ObjectFiles<ObjectLabel>;
    const name = 'put' in step ? step.put.name : step.delete;
    const shown = (stores[step.label] as unknown as Store<ObjectLabel>).get(name);
    return shown === undefined ? of.remove(name) : of.write(shown);
  };
  const showStep = (step: Step): void => {
    const store = stores[step.label] as unknown as Store<ObjectLabel>;
    if ('put' in step) {
      const put = step.put as StoredObject<ObjectLabel>;
      const shown = step.keepStatus === true ? store.get(put.name) : undefined;
      store.put(shown?.uid === put.uid ? ({ ...put, status: shown.status } as StoredObject<ObjectLabel>) : put);
    } else store.delete(step.delete);
  };

  return {
    clusterId: clusterIdOf(dir),
    stores,
    exclusive(task) {
      const mine = last.then(task);
      last = mine.catch(() => {});
      return mine;
    },
    async commit(steps) {
      const [first, ...rest] = steps;
      if (first === undefined) return;
      try {
        await writeStep(first);
        for (let i = 0; i < rest.length; i += CONCURRENT_WRITES) {
          await Promise.all(rest.slice(i, i + CONCURRENT_WRITES).map(writeStep));
        }
      } catch (error) {
        // Nobody has seen any of it: what was written must not turn up after a restart.
        await Promise.allSettled(steps.map(unwriteStep));
        throw error;
      }
      for (const step of steps) showStep(step);
    },
    patch(label, object) {
      (stores[label] as unknown as Store<ObjectLabel>).put(object as StoredObject<ObjectLabel>);
    },
    newUid: () => randomUUID(),
  };
}

/** The cluster's id, made once. */
function clusterIdOf(dir: string): string {
  const path = join(dir, 'cluster-id');
  if (existsSync(path)) {
    const id = readFileSync(path, 'utf8').trim();
    if (id !== '') return id;
  }
  const id = randomUUID();
  writeFileSync(`${path}.new`, `${id}\n`);
  renameSync(`${path}.new`, path);
  return id;
}
