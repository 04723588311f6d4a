/**
 * TCP and TLS for the Fluvio client.
 *
 * @packageDocumentation
 */
export type { Hop, TcpCodes } from './errors.ts';
export { type TcpOptions, tcp } from './tcp.ts';
export type { Pem, TlsOptions } from './tls.ts';
