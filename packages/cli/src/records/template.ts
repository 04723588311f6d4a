/** Templates of `consume -F`: `{{key}}={{value}}\n`. Values are written byte by byte. */

import { Buffer } from 'node:buffer';
import type { ConsumerRecord } from '@fluvio-ts/client';
import { suggest } from '@fluvio-ts/profiles/internal';
import { UsageError } from '../parse/usage-error.ts';
import type { ByteSink } from './byte-sink.ts';
import { unescaped } from './escapes.ts';

/** Writes one record. */
export type Write = (record: ConsumerRecord, sink: ByteSink) => void;

const WRITERS: Readonly<Record<string, Write>> = {
  // As the official command line: a record without a key reads `null`.
  key: ({ key }, sink) => (key === null ? sink.text('null') : sink.bytes(key)),
  value: ({ value }, sink) => sink.bytes(value),
  offset: ({ offset }, sink) => sink.text(String(offset)),
  partition: ({ partition }, sink) => sink.text(String(partition)),
  topic: ({ topic }, sink) => sink.text(topic),
  time: ({ timestampMs }, sink) => sink.text(timestampMs < 0 ? 'NA' : new Date(timestampMs).toISOString()),
  timestamp: ({ timestampMs }, sink) => sink.text(String(timestampMs)),
  keyHex: ({ key }, sink) => sink.text(encoded(key, 'hex')),
  valueHex: ({ value }, sink) => sink.text(encoded(value, 'hex')),
  keyBase64: ({ key }, sink) => sink.text(encoded(key, 'base64')),
  valueBase64: ({ value }, sink) => sink.text(encoded(value, 'base64')),
};

function encoded(bytes: Uint8Array | null, encoding: 'hex' | 'base64'): string {
  return bytes === null ? '' : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString(encoding);
}

/** Understands a template. Each record ends with a line feed. @throws UsageError for a name that there is not */
export function template(text: string): Write {
  const parts: Write[] = [];
  let from = 0;
  const fixed = (piece: string): void => {
    const bytes = unescaped(piece);
    if (bytes.length > 0) parts.push((_, sink) => sink.bytes(bytes));
  };
  for (const match of text.matchAll(/\{\{\{?\s*([^{}]*?)\s*\}?\}\}/g)) {
    fixed(text.slice(from, match.index));
    parts.push(variable(match[1] ?? ''));
    from = match.index + match[0].length;
  }
  fixed(text.slice(from));
  parts.push((_, sink) => sink.text('\n'));
  return (record, sink) => {
    for (const part of parts) part(record, sink);
  };
}

function variable(name: string): Write {
  const writer = Object.hasOwn(WRITERS, name) ? WRITERS[name] : undefined;
  if (writer !== undefined) return writer;
  const path = name.split('.');
  if (path[0] === 'json' && path.length > 1) return jsonField(path.slice(1));
  const names = Object.keys(WRITERS);
  const close = suggest(name, names);
  throw new UsageError(
    `a template has no {{${name}}}`,
    close === undefined ? `it has ${names.join(', ')} and json.<path>` : `did you mean {{${close}}}?`,
  );
}

/** A field of a value that is JSON; nothing where it is none, or has no such field. */
function jsonField(path: readonly string[]): Write {
  return (record, sink) => {
    let found: unknown;
    try {
      found = record.json();
    } catch {
      return;
    }
    for (const step of path) {
      if (typeof found !== 'object' || found === null || !Object.hasOwn(found, step)) return;
      found = (found as Readonly<Record<string, unknown>>)[step];
    }
    sink.text(typeof found === 'string' ? found : JSON.stringify(found));
  };
}
