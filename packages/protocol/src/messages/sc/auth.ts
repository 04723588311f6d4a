/**
 * Auth (key 8): who is behind a connection. A TLS proxy in front of the SC says it first of all, on the SC's plain port;
 * clients never do.
 */
import type { Infer } from '../../wire/schema.ts';
import { bool, list, string, struct } from '../../wire/schema.ts';
import type { Api } from '../api.ts';

/** Rust: `AuthRequest`, fluvio-auth/src/x509/request.rs. */
export const AuthRequest = struct({
  /** The first common name of the client certificate's subject. */
  principal: string,
  /** What the proxy's scopes file gives that name; empty if it does not know it. */
  scopes: list(string),
});
/** The value type of {@link AuthRequest}. */
export interface AuthRequest extends Infer<typeof AuthRequest> {}

/** The official SC answers with correlation id 0, whatever was asked with. Rust: `AuthResponse`, fluvio-auth/src/x509/request.rs. */
export const AuthResponse = struct({
  /** When false, the proxy drops the client. */
  success: bool,
});
/** The value type of {@link AuthResponse}. */
export interface AuthResponse extends Infer<typeof AuthResponse> {}

/** Tells the SC's plain port who is behind the connection; the first request of a proxy. */
export const Auth: Api<AuthRequest, AuthResponse> = {
  name: 'Auth',
  server: 'sc',
  key: 8,
  min: 0,
  max: 0,
  request: AuthRequest,
  response: AuthResponse,
};
