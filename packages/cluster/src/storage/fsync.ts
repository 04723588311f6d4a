/** When appended records are handed to the device, and not only to the operating system. */

/**
 * - `never`: when the operating system likes. A process may be killed without losing a record; a machine may not. What
 *   Fluvio does.
 * - `{ intervalMs }`: every so many milliseconds.
 * - `always`: before a record is acknowledged or shown to consumers.
 */
export type FsyncPolicy = 'never' | 'always' | { readonly intervalMs: number };
