/** `key=value`, as parameters are written. */

/** Reads a name and what stands behind its first `=`. */
export function nameValue(given: string): readonly [name: string, value: string] {
  const at = given.indexOf('=');
  if (at < 1) throw new TypeError(`'${given}' should be key=value`);
  return [given.slice(0, at), given.slice(at + 1)];
}
