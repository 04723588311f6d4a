/**
 * Administration, as in `@fluvio-ts/admin`.
 *
 * @packageDocumentation
 */
export * from '@fluvio-ts/admin';
