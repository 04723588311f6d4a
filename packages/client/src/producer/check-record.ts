/** What JavaScript and `as` let through, and a producer does not. */
import { clientError } from '../errors.ts';
import type { ProducerRecord } from './result.ts';

/** Refuses what is no record, which JavaScript and `as` let through; counting its bytes would spoil the budget. @throws `produce/invalid-record` */
export function checkRecord(topic: string, record: ProducerRecord): void {
  if (typeof record !== 'object' || record === null) {
    const kind = record === null ? 'null' : typeof record;
    throw clientError('produce/invalid-record', { topic, field: 'record', kind });
  }
  const { key, value } = record;
  if (isContent(value) && (key === undefined || key === null || isContent(key))) return;
  const [field, content] = isContent(value) ? ['key', key] : ['value', value];
  const kind = typeof content === 'object' && content !== null ? content.constructor?.name : String(typeof content);
  throw clientError('produce/invalid-record', { topic, field, kind: content === null ? 'null' : (kind ?? 'object') });
}

const isContent = (content: unknown): boolean => typeof content === 'string' || content instanceof Uint8Array;
