/** What is told between processes, as text: JSON, with integers of 64 bits. */

/** Writes it. */
export const toText = (value: unknown): string =>
  JSON.stringify(value, (_, one: unknown) => (typeof one === 'bigint' ? { $bigint: one.toString() } : one));

/** Reads it back. */
export const fromText = (text: string): unknown =>
  JSON.parse(text, (_, one: unknown) => {
    const { $bigint } = (one ?? {}) as { readonly $bigint?: unknown };
    return typeof $bigint === 'string' ? BigInt($bigint) : one;
  });
