/** The forms in which consumed records are printed. */
import { Buffer, isUtf8 } from 'node:buffer';
import type { ConsumerRecord } from '@fluvio-ts/client';
import { int64ToJson } from '@fluvio-ts/protocol';
import { cut } from '../output/table.ts';
import type { RecordFormat } from '../spec/records.ts';
import { hexDump, looksBinary } from './binary.ts';
import { unescaped } from './escapes.ts';
import { layOutJson } from './json-layout.ts';
import { template, type Write } from './template.ts';

/** What decides about the form. */
export interface FormatChoice {
  readonly format: RecordFormat;
  readonly template: string | undefined;
  /** Whether keys stand in front of values. */
  readonly keys: boolean;
  /** json: leave out what is none; text: print binary values, too. */
  readonly suppressUnknown: boolean;
  /** raw: what stands behind each record. */
  readonly delimiter: string | undefined;
  /** Cut lines to this many columns. */
  readonly width: number | undefined;
}

/** Makes the writer of a form. @throws UsageError for a template or a delimiter that cannot be understood */
export function recordWriter(choice: FormatChoice): Write {
  if (choice.template !== undefined) return template(choice.template);
  const writer = WRITERS[choice.format](choice);
  return choice.keys && choice.format !== 'ndjson' ? withKey(writer) : writer;
}

const WRITERS: { readonly [F in RecordFormat]: (choice: FormatChoice) => Write } = {
  dynamic: ({ width }) => {
    const text = width === undefined ? textLine : cutLine(width);
    return (record, sink) => {
      if (looksBinary(record.value)) sink.text(`${hexDump(record.value)}\n`);
      else text(record, sink);
    };
  },
  text: ({ suppressUnknown, width }) => {
    const text = width === undefined ? textLine : cutLine(width);
    return (record, sink) => {
      const { value } = record;
      if (!suppressUnknown && looksBinary(value)) sink.text(`binary: (${value.length} bytes)\n`);
      else text(record, sink);
    };
  },
  binary: () => (record, sink) => sink.text(`${hexDump(record.value)}\n`),
  json: ({ suppressUnknown }) => {
    return (record, sink) => {
      const text = record.text();
      try {
        sink.text(`${layOutJson(text)}\n`);
      } catch (error) {
        if (!suppressUnknown) sink.text(`${JSON.stringify(notJson(record, error), undefined, 2)}\n`);
      }
    };
  },
  ndjson: () => (record, sink) => sink.text(`${JSON.stringify(envelope(record))}\n`),
  raw: ({ delimiter }) => {
    const end = unescaped(delimiter ?? '');
    return (record, sink) => {
      sink.bytes(record.value);
      sink.bytes(end);
    };
  },
};

/** The bytes as they are: what is no UTF-8 stays what it is. */
const textLine: Write = (record, sink) => {
  sink.bytes(record.value);
  sink.text('\n');
};

const cutLine =
  (width: number): Write =>
  (record, sink) =>
    sink.text(`${cut(record.text().replaceAll(/\p{Cc}+/gu, ' '), width)}\n`);

const withKey =
  (writer: Write): Write =>
  (record, sink) => {
    const { key } = record;
    sink.text('[');
    if (key === null) sink.text('null');
    else sink.bytes(key);
    sink.text('] ');
    writer(record, sink);
  };

/** The error that the official command line prints in place of the value, and the value. */
const notJson = ({ value }: ConsumerRecord, error: unknown) => ({
  error: error instanceof Error ? error.message : String(error),
  ...field('value', value),
});

/** A record with everything about it. Bytes that are no UTF-8 come as base64 under another name, so that nothing is lost. */
function envelope(record: ConsumerRecord) {
  const { topic, partition, offset, timestampMs, key, value } = record;
  return {
    topic,
    partition,
    offset: int64ToJson(offset),
    time: timestampMs < 0 ? null : new Date(timestampMs).toISOString(),
    timestampMs: timestampMs < 0 ? null : timestampMs,
    ...(key === null ? { key } : field('key', key)),
    ...field('value', value),
  };
}

function field(name: 'key' | 'value', bytes: Uint8Array): Readonly<Record<string, string>> {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  return isUtf8(view) ? { [name]: view.toString('utf8') } : { [`${name}Base64`]: view.toString('base64') };
}
