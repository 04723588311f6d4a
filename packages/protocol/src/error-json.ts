/** Errors as a log writes them: plain values that JSON has a form for. */
import { int64ToJson } from './json.ts';

/** A chain of causes, or a context, that goes deeper is cut off: it may be a circle. */
const DEEPEST = 8;

/** Makes a value plain. Integers of 64 bits become as in all our JSON; bytes are told by their length, since a log must not have payloads. */
function plainForLog(value: unknown, depth = 0): unknown {
  if (typeof value === 'bigint') return int64ToJson(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= DEEPEST) return '…';
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  if (value instanceof Error) return plainError(value, depth);
  if (Array.isArray(value)) return value.map((item) => plainForLog(item, depth + 1));
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, plainForLog(item, depth + 1)]));
}

/** An error, ours or not. Its stack is left out: who wants it has `error.stack`. */
export function plainError(error: Error, depth = 0): Record<string, unknown> {
  const { name, message, cause } = error;
  const { code, context, retryable } = error as { code?: unknown; context?: unknown; retryable?: unknown };
  return {
    name,
    ...(typeof code === 'string' && { code }),
    message,
    ...(context !== undefined && { context: plainForLog(context, depth + 1) }),
    ...(typeof retryable === 'boolean' && { retryable }),
    ...(cause !== undefined && { cause: plainForLog(cause, depth + 1) }),
  };
}
