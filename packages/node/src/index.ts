/**
 * Fluvio for Node, Bun and Deno: client and administration, ready to connect. All of `@fluvio-ts/admin` is in `@fluvio-ts/node/admin`,
 * and the profile file in `@fluvio-ts/node/profiles`.
 *
 * @packageDocumentation
 */
export type { Pem, TcpCodes, TcpOptions, TlsOptions } from '@fluvio-ts/adapter-tcp';
export { tcp } from '@fluvio-ts/adapter-tcp';
export type {
  Admin,
  AdminCodes,
  AdminObject,
  Partition,
  Spu,
  Topic,
  TopicSettings,
  WatchEvent,
} from '@fluvio-ts/admin';
export { admin, fromJson, toJson } from '@fluvio-ts/admin';
export * from '@fluvio-ts/client';
export type { ErrorCode, FluvioError, Transport } from '@fluvio-ts/protocol';
export { isFluvioError } from '@fluvio-ts/protocol';
export type { ConnectOptions } from './connect.ts';
export { connect } from './connect.ts';
export type { NodeCodes } from './errors.ts';
export type { Environment } from './target.ts';
export type { TlsSettings } from './tls-settings.ts';
