/**
 * What sister packages share, without any promise of stability.
 *
 * @packageDocumentation
 */
export { suggest } from './suggest.ts';
