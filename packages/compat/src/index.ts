/**
 * The API of @fluvio/client on @fluvio-ts: change the import, keep the program.
 *
 * @packageDocumentation
 */
export {};
