/** Words in all the spellings that the official command line takes. */

/** Reads `at-most-once`, `AtMostOnce`, `at_most_once`, and so on. */
export function deliverySemantic(text: string): 'atMostOnce' | 'atLeastOnce' {
  const word = text.toLowerCase().replace(/[-_]/g, '');
  if (word === 'atmostonce') return 'atMostOnce';
  if (word === 'atleastonce') return 'atLeastOnce';
  throw new TypeError(`'${text}' is no delivery semantic: write at-most-once or at-least-once`);
}

/** Reads `name=value`, at the first `=`. */
export function nameAndValue(text: string): readonly [name: string, value: string] {
  const at = text.indexOf('=');
  if (at <= 0) throw new TypeError(`'${text}' is not a parameter: write name=value`);
  return [text.slice(0, at), text.slice(at + 1)];
}
