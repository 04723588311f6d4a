/** An object that is another one but for a few members. */

/**
 * Made so that members which the base gains later are there too, getters and all. The base must be one of our factories'
 * objects, whose methods do not look at `this`.
 */
export function derive<Base extends object, Own extends object>(base: Base, own: Own): Omit<Base, keyof Own> & Own {
  const derived: unknown = Object.create(base, Object.getOwnPropertyDescriptors(own));
  return derived as Omit<Base, keyof Own> & Own;
}
