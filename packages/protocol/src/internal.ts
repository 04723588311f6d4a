/**
 * Shared between the packages of this repository. No semantic versioning applies here: depend on an exact version.
 *
 * @packageDocumentation
 */
export { protocolError } from './errors.ts';
