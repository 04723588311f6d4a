/**
 * The profile file, as in `@fluvio-ts/profiles`.
 *
 * @packageDocumentation
 */
export * from '@fluvio-ts/profiles';
