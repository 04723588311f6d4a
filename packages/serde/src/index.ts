/**
 * Typed keys and values for the Fluvio client: bytes, text and JSON; validation by any Standard Schema; limits.
 *
 * @packageDocumentation
 */
export type { SchemaIssue, SerdeCodes } from './errors.ts';
export { limited } from './limited.ts';
export type { JsonOptions } from './plain.ts';
export { bytes, json, text } from './plain.ts';
export type { Decoder, Encoder, Serde, ValuePlace } from './serde.ts';
export type { InputOf, OutputOf, SchemaResult, StandardIssue, StandardSchema } from './standard-schema.ts';
export type { ValidationOptions } from './validated.ts';
export { validated } from './validated.ts';
