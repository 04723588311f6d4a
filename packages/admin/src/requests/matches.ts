/** Filtering by name on this side: the controller's own filter only knows parts of names, and ignores it for some kinds. */

/** Whether a name contains the text or matches the expression; everything matches undefined. */
export function matches(name: string, pattern: string | RegExp | undefined): boolean {
  if (pattern === undefined) return true;
  // Unlike `test`, `search` keeps no position in an expression with the flag g or y.
  return typeof pattern === 'string' ? name.includes(pattern) : name.search(pattern) >= 0;
}
