/** Records as a consumer hands them out, made by hand. */
import type { ConsumerRecord } from '@fluvio-ts/client';
import { byteSink } from '../records/byte-sink.ts';
import type { Write } from '../records/template.ts';

const bytesOf = (value: string | Uint8Array): Uint8Array => (typeof value === 'string' ? Buffer.from(value) : value);

/** A record; only what formats read. */
export function record(
  value: string | Uint8Array,
  more: { readonly key?: string | Uint8Array | null; readonly offset?: bigint; readonly timestampMs?: number } = {},
): ConsumerRecord {
  const valueBytes = bytesOf(value);
  const key = more.key === undefined || more.key === null ? null : bytesOf(more.key);
  const made: Pick<
    ConsumerRecord,
    'topic' | 'partition' | 'offset' | 'timestampMs' | 'key' | 'value' | 'text' | 'json'
  > = {
    topic: 't',
    partition: 3,
    offset: more.offset ?? 7n,
    timestampMs: more.timestampMs ?? Date.UTC(2026, 0, 2, 3, 4, 5, 6),
    key,
    value: valueBytes,
    text: () => Buffer.from(valueBytes).toString('utf8'),
    json: <T>() => JSON.parse(Buffer.from(valueBytes).toString('utf8')) as T,
  };
  return made as ConsumerRecord;
}

/** What a writer makes of a record. */
export function written(write: Write, ...records: readonly ConsumerRecord[]): Buffer {
  const sink = byteSink();
  for (const each of records) write(each, sink);
  return Buffer.from(sink.take());
}
