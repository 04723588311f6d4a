/** SPU groups as values. */
import type { ObjectOf, SpuGroupSpec, SpuGroupStatus } from '@fluvio-ts/protocol';
import { listOf, watchOf } from '@fluvio-ts/protocol';
import type { AdminObject, Kind } from './object.ts';
import { byName } from './object.ts';

/** SPUs that are made and unmade together; they name it as their owner. */
export interface SpuGroup extends AdminObject<'spu-group', SpuGroupSpec, SpuGroupStatus> {}

/** An SPU group from its parts. */
export const spuGroup = (name: string, spec: SpuGroupSpec, status: SpuGroupStatus): SpuGroup => ({
  kind: 'spu-group',
  name,
  spec,
  status,
  owner: undefined,
});

/** See {@link Kind}. */
export const spuGroupKind: Kind<ObjectOf<'SpuGroup'>, SpuGroup> = {
  plural: 'SPU groups',
  list: listOf.SpuGroup,
  watch: watchOf.SpuGroup,
  fromWire: ({ name, spec, status }) => spuGroup(name, spec, status),
  order: byName,
  state: ({ name, status: { resolution, reason } }) =>
    `SPU group '${name}' is ${resolution}${reason === undefined ? '' : ` (${reason})`}`,
};
