/** The JSON of table formats. */
import type { TableFormatColumnConfig, TableFormatSpec, TableFormatStatus } from '@fluvio-ts/protocol';
import { DataFormat, TableFormatAlignment, TableFormatColor, TableFormatStatusResolution } from '@fluvio-ts/protocol';
import type { JsonObject, Shape } from './shape.ts';
import { defaulted, flag, list, nullable, object, optional, required, text, word } from './shape.ts';

const column = object<TableFormatColumnConfig>({
  headerLabel: defaulted(nullable(text), undefined),
  width: defaulted(nullable(text), undefined),
  alignment: defaulted(nullable(word(TableFormatAlignment)), undefined),
  keyPath: required(text),
  format: defaulted(nullable(text), undefined),
  display: defaulted(nullable(flag), undefined),
  primaryKey: defaulted(nullable(flag), undefined),
  headerBgColor: defaulted(nullable(word(TableFormatColor)), undefined),
  headerTextColor: defaulted(nullable(word(TableFormatColor)), undefined),
});

export const tableFormatSpecShape: Shape<TableFormatSpec, JsonObject> = object<TableFormatSpec>({
  name: required(text),
  inputFormat: defaulted(nullable(word(DataFormat)), undefined),
  columns: defaulted(nullable(list(column)), undefined),
  smartmodule: optional(text),
});

export const tableFormatStatusShape: Shape<TableFormatStatus, JsonObject> = object<TableFormatStatus>({
  resolution: required(word(TableFormatStatusResolution)),
  reason: required(nullable(text)),
});
