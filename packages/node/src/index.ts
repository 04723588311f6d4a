/**
 * Fluvio for Node, Bun and Deno: client, administration and profiles, ready to connect.
 *
 * @packageDocumentation
 */
export {};
