/** SPUs as values. */
import type { ObjectOf, SpuSpec, SpuStatus } from '@fluvio-ts/protocol';
import { listOf, watchOf } from '@fluvio-ts/protocol';
import type { AdminObject, Kind, Owner } from './object.ts';
import { byName } from './object.ts';

/** An SPU: a custom one, which an operator registered, or a managed one, whose owner is its SPU group. */
export interface Spu extends AdminObject<'spu', SpuSpec, SpuStatus> {}

/** An SPU from its parts. */
export const spu = (name: string, spec: SpuSpec, status: SpuStatus): Spu => ({
  kind: 'spu',
  name,
  spec,
  status,
  owner: ownerOf(name, spec),
});

/** A managed SPU is named after its group and its place in it: `main-0`. */
function ownerOf(name: string, spec: SpuSpec): Owner | undefined {
  const group = /^(.+)-\d+$/.exec(name)?.[1];
  return spec.spuType === 'Managed' && group !== undefined ? { kind: 'spu-group', name: group } : undefined;
}

/** See {@link Kind}. */
export const spuKind: Kind<ObjectOf<'SPU'>, Spu> = {
  plural: 'SPUs',
  list: listOf.SPU,
  watch: watchOf.SPU,
  fromWire: ({ name, spec, status }) => spu(name, spec, status),
  order: (a, b) => a.spec.id - b.spec.id || byName(a, b),
  state: ({ name, spec, status }) => `SPU ${spec.id} ('${name}') is ${status.resolution}`,
};
