/** Options that were given, over those that were not. */

/** As a spread, except that an option that is `undefined` counts as not given: callers pass on what they may not have. */
export function withDefaults<D extends object, O extends object>(defaults: D, options: O): Defaulted<D, O> {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  const merged: unknown = { ...defaults, ...Object.fromEntries(given) };
  return merged as Defaulted<D, O>;
}

/** The options with those of `D` present. */
export type Defaulted<D, O> = O & { readonly [K in keyof D & keyof O]-?: Exclude<O[K], undefined> };
