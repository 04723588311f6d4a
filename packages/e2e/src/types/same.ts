/** Type assertions for programs that are compiled and never run. */

/** `true` if the two types are the same, optional and readonly fields included. */
export type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** Compiles if `A` is `true`: `holds<Same<typeof x, number>>()`. */
export function holds<A extends true>(..._: A extends true ? [] : never): void {}
