/** Table formats as values. */
import type { ObjectOf, TableFormatSpec, TableFormatStatus } from '@fluvio-ts/protocol';
import { listOf, watchOf } from '@fluvio-ts/protocol';
import type { AdminObject, Kind } from './object.ts';
import { byName } from './object.ts';

/** How programs show records of JSON as rows of a table. */
export interface TableFormat extends AdminObject<'table-format', TableFormatSpec, TableFormatStatus> {}

/** A table format from its parts. */
export const tableFormat = (name: string, spec: TableFormatSpec, status: TableFormatStatus): TableFormat => ({
  kind: 'table-format',
  name,
  spec,
  status,
  owner: undefined,
});

/** See {@link Kind}. */
export const tableFormatKind: Kind<ObjectOf<'TableFormat'>, TableFormat> = {
  plural: 'table formats',
  list: listOf.TableFormat,
  watch: watchOf.TableFormat,
  fromWire: ({ name, spec, status }) => tableFormat(name, spec, status),
  order: byName,
  state: ({ name, status: { resolution } }) => `table format '${name}' is ${resolution}`,
};
