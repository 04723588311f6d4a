/** What the log says of an event. Never keys, values, certificates or tokens. */
import { isFluvioError } from '@fluvio-ts/protocol';
import { reasonOf } from '../errors.ts';
import type { ClientEvent, ServerPlace } from './events.ts';

/** Where a client writes what happens to it. `console` is one; so are most logging libraries' objects. */
export interface Logger {
  /** What only somebody who looks for a fault wants to read. */
  debug?(message: string, fields: LogFields): void;
  /** What is as it should be. */
  info?(message: string, fields: LogFields): void;
  /** What is not as it should be, and is dealt with. */
  warn?(message: string, fields: LogFields): void;
  /** What failed for good. */
  error?(message: string, fields: LogFields): void;
}

/** Facts beside a message: texts, numbers and booleans only, so that any logger can write them as JSON. */
export type LogFields = Readonly<Record<string, string | number | boolean>>;

type Level = keyof Logger & string;

interface Line {
  readonly level: Level;
  readonly message: string;
  readonly fields: LogFields;
}

/** Writes an event to a log, and returns what the log returns: a promise, where it is asynchronous. */
export function log(logger: Logger, event: ClientEvent): unknown {
  const { level, message, fields } = lineOf(event);
  return logger[level]?.(message, fields);
}

function lineOf(event: ClientEvent): Line {
  switch (event.type) {
    case 'connected':
      return line('info', `connected to ${nameOf(event)}`, { ...placeOf(event), durationMs: event.durationMs });
    case 'connect-failed':
      return line('warn', `no connection to ${nameOf(event)}: ${reasonOf(event.error)}`, {
        ...placeOf(event),
        ...errorFields(event.error),
      });
    case 'disconnected':
      if (event.isExpected) {
        return line('debug', `done with ${nameOf(event)}`, { ...placeOf(event), ageMs: event.ageMs });
      }
      return line('warn', `lost ${nameOf(event)}: ${reasonOf(event.error)}`, {
        ...placeOf(event),
        ageMs: event.ageMs,
        ...errorFields(event.error),
      });
    case 'request':
      return line('debug', `${event.api} to ${nameOf(event)}`, {
        ...placeOf(event),
        api: event.api,
        durationMs: event.durationMs,
        ...errorFields(event.error),
      });
    case 'metadata': {
      const { topics, partitions, spus } = event;
      return line('debug', 'the metadata is complete', { topics, partitions, spus });
    }
    case 'batch': {
      const { topic, partition, records, bytes, attempts, error } = event;
      const fields = { topic, partition, records, bytes, attempts, ...errorFields(error) };
      return error === undefined
        ? line('debug', `${records} records are stored in ${topic}-${partition}`, fields)
        : line('error', `${records} records for ${topic}-${partition} are refused: ${reasonOf(error)}`, fields);
    }
    case 'producer-retry': {
      const { topic, partition, attempt, records, error } = event;
      const message = `records for ${topic}-${partition} wait (${records}): ${reasonOf(error)}`;
      return line(retryLevel(attempt), message, { topic, partition, attempt, records, ...errorFields(error) });
    }
    case 'consumer-retry': {
      const { topic, partition, attempt, error } = event;
      const message = `reading ${topic}-${partition} was interrupted: ${reasonOf(error)}`;
      return line(retryLevel(attempt), message, { topic, partition, attempt, ...errorFields(error) });
    }
    case 'gap': {
      const { topic, partition, wanted, next, reason } = event;
      const message =
        reason === 'evicted'
          ? `records ${wanted} to ${next - 1n} of ${topic}-${partition} were removed before they were read`
          : `records ${next} to ${wanted - 1n} of ${topic}-${partition} were read uncommitted and lost with their leader`;
      return line('warn', message, { topic, partition, wanted: String(wanted), next: String(next), reason });
    }
    case 'commit': {
      const { consumerId, topic, partition, offset, durationMs, error } = event;
      const fields = { consumerId, topic, partition, offset: String(offset), durationMs, ...errorFields(error) };
      const place = `${topic}-${partition} for consumer '${consumerId}'`;
      return error === undefined
        ? line('debug', `offset ${offset} is stored in ${place}`, fields)
        : line('warn', `offset ${offset} could not be stored in ${place}: ${reasonOf(error)}`, fields);
    }
    case 'warning':
      return line('warn', event.message, {});
  }
}

/** Attempts 1, 2, 4, 8 and so on: a partition without a leader is tried several times a second, for as long as it takes. */
const retryLevel = (attempt: number): Level => ((attempt & (attempt - 1)) === 0 ? 'warn' : 'debug');

const line = (level: Level, message: string, fields: LogFields): Line => ({ level, message, fields });

const nameOf = ({ server, spuId, address }: ServerPlace): string =>
  `${server === 'sc' ? 'the SC' : `SPU ${spuId}`} at ${address}`;

const placeOf = ({ server, spuId, address }: ServerPlace): LogFields => ({
  server,
  ...(spuId !== undefined && { spuId }),
  address,
});

function errorFields(error: unknown): LogFields {
  if (error === undefined) return {};
  return { ...(isFluvioError(error) && { code: error.code }), error: reasonOf(error) };
}
