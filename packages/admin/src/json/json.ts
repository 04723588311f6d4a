/** Objects to and from Fluvio's JSON. */
import type { TableFormatSpec, TopicSpec } from '@fluvio-ts/protocol';
import type { Mirror } from '../objects/mirror.ts';
import { mirror } from '../objects/mirror.ts';
import type { Owner } from '../objects/object.ts';
import type { Partition } from '../objects/partition.ts';
import { partition } from '../objects/partition.ts';
import type { SmartModule } from '../objects/smartmodule.ts';
import { smartModule } from '../objects/smartmodule.ts';
import type { Spu } from '../objects/spu.ts';
import { spu } from '../objects/spu.ts';
import type { SpuGroup } from '../objects/spu-group.ts';
import { spuGroup } from '../objects/spu-group.ts';
import type { TableFormat } from '../objects/table-format.ts';
import { tableFormat } from '../objects/table-format.ts';
import type { Topic } from '../objects/topic.ts';
import { topic } from '../objects/topic.ts';
import { mirrorSpecShape, mirrorStatusShape } from './mirror.ts';
import { partitionSpecShape, partitionStatusShape } from './partition.ts';
import type { JsonObject, Shape } from './shape.ts';
import { object, required, text } from './shape.ts';
import { smartModuleSpecShape, smartModuleStatusShape } from './smartmodule.ts';
import { spuSpecShape, spuStatusShape } from './spu.ts';
import { spuGroupSpecShape, spuGroupStatusShape } from './spu-group.ts';
import { tableFormatSpecShape, tableFormatStatusShape } from './table-format.ts';
import { topicSpecShape, topicStatusShape } from './topic.ts';

/** Every kind of objects by its name. */
export interface ObjectKinds {
  topic: Topic;
  partition: Partition;
  spu: Spu;
  'spu-group': SpuGroup;
  smartmodule: SmartModule;
  'table-format': TableFormat;
  mirror: Mirror;
}

/** An object as JSON. */
export interface ObjectJson extends JsonObject {
  readonly name: string;
  readonly spec: JsonObject;
  /** Null for SmartModules, which have none. */
  readonly status: JsonObject | null;
  readonly owner: { readonly kind: Owner['kind']; readonly name: string } | null;
}

/** An object of any kind; its `kind` tells which. */
export type FluvioObject = ObjectKinds[keyof ObjectKinds];

/** One kind: its JSON without the owner, and how the object is made of it. */
interface KindJson<T extends FluvioObject> {
  readonly shape: Shape<Pick<T, 'name' | 'spec' | 'status'>, JsonObject>;
  readonly make: (name: string, spec: T['spec'], status: T['status']) => T;
}

const kind = <T extends FluvioObject>(
  spec: Shape<T['spec']>,
  status: Shape<T['status']>,
  make: KindJson<T>['make'],
): KindJson<T> => ({
  shape: object<{ name: string; spec: T['spec']; status: T['status'] }>({
    name: required(text),
    spec: required(spec),
    status: required(status),
  }),
  make,
});

const kinds: { readonly [K in keyof ObjectKinds]: KindJson<ObjectKinds[K]> } = {
  topic: kind(topicSpecShape, topicStatusShape, topic),
  partition: kind(partitionSpecShape, partitionStatusShape, partition),
  spu: kind(spuSpecShape, spuStatusShape, spu),
  'spu-group': kind(spuGroupSpecShape, spuGroupStatusShape, spuGroup),
  smartmodule: kind(smartModuleSpecShape, smartModuleStatusShape, smartModule),
  'table-format': kind(tableFormatSpecShape, tableFormatStatusShape, tableFormat),
  mirror: kind(mirrorSpecShape, mirrorStatusShape, mirror),
};

/**
 * An object as `fluvio … list -O json` prints it, with its owner (or null) added. 64-bit integers beyond 2^53 − 1 are
 * written as their digits in a string. Two flags that Fluvio leaves out where it cannot read the result are always
 * there: `ignoreRackAssignment` of computed topics and `target` of mirrored ones.
 */
export function toJson(object: FluvioObject): ObjectJson {
  // The compiler cannot see that an object has the shape of its own kind.
  const { shape } = kinds[object.kind] as unknown as KindJson<FluvioObject>;
  const { owner } = object;
  const json = { ...shape.to(object), owner: owner === undefined ? null : { kind: owner.kind, name: owner.name } };
  return json as JsonObject as ObjectJson;
}

/**
 * The object that {@link toJson} or Fluvio wrote. Keys that are not known are ignored, and the owner is derived anew.
 *
 * @throws `json/invalid`, which says where
 */
export function fromJson<K extends keyof ObjectKinds>(kind: K, json: unknown): ObjectKinds[K] {
  const { shape, make } = kinds[kind];
  const { name, spec, status } = shape.from(json, '');
  return make(name, spec, status);
}

/**
 * A topic's spec from Fluvio's JSON, to create it of. A file for `--replica-assignment` is what stands in
 * `{ "replicas": { "assigned": … } }`.
 *
 * @throws `json/invalid`, which says where
 */
export const topicSpecFromJson = (json: unknown): TopicSpec => topicSpecShape.from(json, '');

/** A table format's spec from Fluvio's JSON, to create it of. @throws `json/invalid`, which says where */
export const tableFormatSpecFromJson = (json: unknown): TableFormatSpec => tableFormatSpecShape.from(json, '');
