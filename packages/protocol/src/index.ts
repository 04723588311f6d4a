/**
 * The Fluvio wire protocol for any JavaScript runtime.
 *
 * @packageDocumentation
 */
export type { CodeMap, ErrorFactory, ErrorText, ProtocolCodes } from './errors.ts';
export { defineErrors, FluvioError, isFluvioError } from './errors.ts';
export type { Address, BytePipe, Endpoint, Transport } from './transport.ts';
export { formatAddress, parseAddress } from './transport.ts';
