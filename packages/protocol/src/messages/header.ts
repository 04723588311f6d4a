/** The header in front of every request. */
import type { Infer } from '../wire/schema.ts';
import { i16, i32, string, struct, u16 } from '../wire/schema.ts';

/**
 * Says which API is called, at which version, and how the answer will be recognised.
 * Wire: u16 key, i16 version, i32 correlation id, text. Rust: `RequestHeader`, fluvio-protocol/src/api/mod.rs.
 */
export const RequestHeader = struct({
  apiKey: u16,
  apiVersion: i16,
  correlationId: i32,
  clientId: string,
});
export interface RequestHeader extends Infer<typeof RequestHeader> {}
