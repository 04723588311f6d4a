/** Objects as List and Watch show them, at the version of whoever asks. */
import type { ListQuery, ListRequest, ListResponse, ObjectOf } from '@fluvio-ts/protocol';
import type { Metadata } from './metadata.ts';

/** Answers List, except of SmartModules. Names are found by any part of them; partitions are not filtered by name, as in Fluvio's SC. */
export function listObjects(
  metadata: Metadata,
  { label, body: query }: Exclude<ListRequest, { readonly label: 'SmartModule' }>,
  version: number,
): ListResponse {
  const { Topic, Partition, SPU, SpuGroup, TableFormat, Mirror } = metadata.stores;
  const ofSystem = ({ spec }: { readonly spec: { readonly system: boolean } }): boolean => spec.system === query.system;
  switch (label) {
    case 'Topic':
      return { label, body: Topic.all().filter(ofSystem).filter(named(query)) };
    case 'Partition':
      return {
        label,
        body: Partition.all()
          .filter(ofSystem)
          .map((partition) => partitionFor(partition, version)),
      };
    case 'SPU':
      return { label, body: SPU.all().filter(named(query)) };
    case 'CustomSpu':
      return {
        label,
        body: SPU.all()
          .filter((spu) => spu.spec.spuType === 'Custom')
          .filter(named(query)),
      };
    case 'TableFormat':
      return { label, body: TableFormat.all().filter(named(query)) };
    case 'SpuGroup':
      return { label, body: SpuGroup.all().filter(named(query)) };
    // All of them, whatever is asked for, as in Fluvio's SC.
    case 'Mirror':
      return { label, body: Mirror.all() };
  }
}

const named =
  ({ nameFilters }: ListQuery) =>
  ({ name }: { readonly name: string }): boolean =>
    nameFilters.length === 0 || nameFilters.some((filter) => name.includes(filter));

/** Readers before this version cannot decode `OutOfStorage`. */
const OUT_OF_STORAGE_SINCE = 19;

/** A partition that a reader of `version` can decode. */
export function partitionFor<P extends ObjectOf<'Partition'>>(partition: P, version: number): P {
  if (version >= OUT_OF_STORAGE_SINCE || partition.status.resolution !== 'OutOfStorage') return partition;
  return { ...partition, status: { ...partition.status, resolution: 'Online' } };
}
