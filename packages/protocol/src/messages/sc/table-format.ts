/** Table formats: how a terminal shows the records of a topic as rows. */
import type { Infer } from '../../wire/schema.ts';
import { bool, choice, list, option, string, struct } from '../../wire/schema.ts';

/** What the records are. Rust: `DataFormat`, fluvio-controlplane-metadata/src/tableformat/spec.rs. */
export const DataFormat = choice({ JSON: 0 });
/** The value type of {@link DataFormat}. */
export type DataFormat = Infer<typeof DataFormat>;

/** Rust: `TableFormatAlignment`, fluvio-controlplane-metadata/src/tableformat/spec.rs. */
export const TableFormatAlignment = choice({ LEFT: 0, RIGHT: 1, CENTER: 2 });
/** The value type of {@link TableFormatAlignment}. */
export type TableFormatAlignment = Infer<typeof TableFormatAlignment>;

/** Rust: `TableFormatColor`, fluvio-controlplane-metadata/src/tableformat/spec.rs. */
export const TableFormatColor = choice({ BLUE: 0, YELLOW: 1, GREEN: 2 });
/** The value type of {@link TableFormatColor}. */
export type TableFormatColor = Infer<typeof TableFormatColor>;

/** One column. Rust: `TableFormatColumnConfig`, fluvio-controlplane-metadata/src/tableformat/spec.rs. */
export const TableFormatColumnConfig = struct({
  headerLabel: option(string),
  width: option(string),
  alignment: option(TableFormatAlignment),
  /** Path of the value inside a record. */
  keyPath: string,
  format: option(string),
  display: option(bool),
  /** Rows of equal keys replace one another. */
  primaryKey: option(bool),
  headerBgColor: option(TableFormatColor),
  headerTextColor: option(TableFormatColor),
});
/** The value type of {@link TableFormatColumnConfig}. */
export interface TableFormatColumnConfig extends Infer<typeof TableFormatColumnConfig> {}

/** What a table shows. Rust: `TableFormatSpec`, fluvio-controlplane-metadata/src/tableformat/spec.rs. */
export const TableFormatSpec = struct({
  name: string,
  inputFormat: option(DataFormat),
  columns: option(list(TableFormatColumnConfig)),
  smartmodule: option(string),
});
/** The value type of {@link TableFormatSpec}. */
export interface TableFormatSpec extends Infer<typeof TableFormatSpec> {}

/** Rust: `TableFormatStatusResolution`, fluvio-controlplane-metadata/src/tableformat/status.rs. */
export const TableFormatStatusResolution = choice({ Init: 0, Invalid: 1, Running: 2, Pending: 3, Failed: 4 });
/** The value type of {@link TableFormatStatusResolution}. */
export type TableFormatStatusResolution = Infer<typeof TableFormatStatusResolution>;

/** State of a table format; `Init` for ever with the official SC. Rust: `TableFormatStatus`, fluvio-controlplane-metadata/src/tableformat/status.rs. */
export const TableFormatStatus = struct({ resolution: TableFormatStatusResolution, reason: option(string) });
/** The value type of {@link TableFormatStatus}. */
export interface TableFormatStatus extends Infer<typeof TableFormatStatus> {}
