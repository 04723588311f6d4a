/** The verbs of table formats. */
import type { Cluster } from '@fluvio-ts/client/internal';
import type { TableFormatColumnConfig, TableFormatSpec } from '@fluvio-ts/protocol';
import type { TableFormat } from './objects/table-format.ts';
import { tableFormat, tableFormatKind } from './objects/table-format.ts';
import type { ChangeOptions } from './requests/change.ts';
import type { CreateOptions, ListOptions } from './requests/kept.ts';
import { kept } from './requests/kept.ts';
import type { ReadOptions } from './requests/read.ts';
import type { Watch, WatchOptions } from './watch/watch.ts';
import { openWatch } from './watch/watch.ts';

/** How records are shown as rows. */
export interface TableFormatSettings {
  /** In their order. Default: all keys of a record. */
  readonly columns?: readonly TableColumnSettings[];
}

/** A column. */
export type TableColumnSettings = Pick<TableFormatColumnConfig, 'keyPath'> & Partial<TableFormatColumnConfig>;

/**
 * Table formats: how programs show records of JSON as rows. The cluster keeps them, and does nothing with them.
 *
 * Every method may also reject with `connect/timeout`, `request/aborted` and `client/closed`; changes with
 * what the controller refuses, a code of `ServerCodes` (`table-format/exists`, `permission/denied`, …).
 */
export interface TableFormats {
  /** Stores a table format. @throws `table-format/exists`, `change/unconfirmed`, `wait/timeout` */
  create(name: string, format?: TableFormatSettings | TableFormatSpec, options?: CreateOptions): Promise<TableFormat>;
  /** One table format; undefined when there is none. */
  get(name: string, options?: ReadOptions): Promise<TableFormat | undefined>;
  /** Table formats in the order of their names. */
  list(options?: ListOptions): Promise<TableFormat[]>;
  /** Deletes a table format. @throws `table-format/not-found`, `change/unconfirmed`, `wait/timeout` */
  delete(name: string, options?: ChangeOptions): Promise<void>;
  /** Every change of every table format. */
  watch(options?: WatchOptions): Watch<TableFormat>;
}

/** The verbs of table formats on one cluster. */
export function tableFormats(cluster: Cluster): TableFormats {
  const verbs = kept(cluster, { kind: tableFormatKind, noun: 'table format' });
  return {
    get: verbs.get,
    list: verbs.list,
    async create(name, format = {}, options = {}) {
      const spec = 'inputFormat' in format ? format : specOf(name, format);
      const request = { label: 'TableFormat', body: { name, dryRun: false, timeout: undefined, spec } } as const;
      return verbs.create(name, request, tableFormat(name, spec, { resolution: 'Init', reason: undefined }), options);
    },
    delete: (key, options) => verbs.delete(key, { label: 'TableFormat', body: { key, force: false } }, options),
    watch: (options) => openWatch(cluster, tableFormatKind, options),
  };
}

const specOf = (name: string, { columns }: TableFormatSettings): TableFormatSpec => ({
  name,
  inputFormat: 'JSON',
  columns: columns?.map((column) => ({ ...NO_COLUMN, ...column })),
  smartmodule: undefined,
});

const NO_COLUMN: Omit<TableFormatColumnConfig, 'keyPath'> = {
  headerLabel: undefined,
  width: undefined,
  alignment: undefined,
  format: undefined,
  display: undefined,
  primaryKey: undefined,
  headerBgColor: undefined,
  headerTextColor: undefined,
};
