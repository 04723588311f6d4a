/**
 * Shared between the packages of this repository. No semantic versioning applies here: depend on an exact version.
 *
 * @packageDocumentation
 */
export type { Log } from './storage/log.ts';
export { openLog } from './storage/log.ts';
