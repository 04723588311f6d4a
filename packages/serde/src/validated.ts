/** Validation by a schema, of whatever library. */
import type { SchemaIssue } from './errors.ts';
import { serdeError } from './errors.ts';
import type { Serde } from './serde.ts';
import type { InputOf, OutputOf, StandardIssue, StandardSchema } from './standard-schema.ts';

/** What {@link validated} checks. */
export interface ValidationOptions {
  /** Default `both`. */
  readonly on?: 'both' | 'produce' | 'consume';
}

/**
 * Checks values with a Standard Schema, such as one of zod, valibot or arktype: before they are written, and after they are
 * read. What is written is the value as it was given, so that each side may have defaults and transformations of its own; what
 * is read is what the schema makes of it.
 *
 * @throws `serde/invalid` with every issue, `serde/async-schema`, and what `serde` throws
 */
export function validated<S extends StandardSchema>(
  schema: S,
  serde: Serde<unknown, unknown>,
  { on = 'both' }: ValidationOptions = {},
): Serde<OutputOf<S>, InputOf<S>> {
  const check = (value: unknown): OutputOf<S> => {
    const { validate, vendor } = schema['~standard'];
    const result = validate(value);
    // Not `instanceof`: promises of other realms, and those of libraries, would pass as a value of undefined.
    if ('then' in result) {
      Promise.resolve(result).catch(() => {});
      throw serdeError('serde/async-schema', { vendor });
    }
    if (result.issues !== undefined) throw serdeError('serde/invalid', { issues: result.issues.map(issueOf) });
    return result.value as OutputOf<S>;
  };
  return {
    encode(value, place) {
      if (on !== 'consume') check(value);
      return serde.encode(value, place);
    },
    decode(view, place) {
      const value = serde.decode(view, place);
      return on === 'produce' ? (value as OutputOf<S>) : check(value);
    },
  };
}

const issueOf = ({ message, path = [] }: StandardIssue): SchemaIssue => ({ message, path: pathText(path) });

function pathText(path: NonNullable<StandardIssue['path']>): string {
  let written = '';
  for (const segment of path) {
    const key = typeof segment === 'object' ? segment.key : segment;
    if (typeof key === 'number') written += `[${key}]`;
    else written += written === '' ? String(key) : `.${String(key)}`;
  }
  return written;
}
