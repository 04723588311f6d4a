/** ApiVersions (key 18): the first call on every connection. */
import type { Infer } from '../wire/schema.ts';
import { i16, list, since, string, struct } from '../wire/schema.ts';
import type { Api } from './api.ts';
import { ErrorCode } from './error-code.ts';

/** Who is calling. The SC drops a connection whose `clientVersion` is not a semantic version. Rust: `ApiVersionsRequest`, fluvio-protocol/src/link/versions.rs. */
export const ApiVersionsRequest = struct({
  clientVersion: since(1, string, ''),
  clientOs: since(1, string, ''),
  clientArch: since(1, string, ''),
});
export interface ApiVersionsRequest extends Infer<typeof ApiVersionsRequest> {}

/** One API with the versions that a server serves. Rust: `ApiVersionKey`, fluvio-protocol/src/link/versions.rs. */
export const ApiVersionKey = struct({ apiKey: i16, minVersion: i16, maxVersion: i16 });
export interface ApiVersionKey extends Infer<typeof ApiVersionKey> {}

/** What a server serves. An SPU leaves `platformVersion` at `0.0.0` and its consumer-offset APIs out. Rust: `ApiVersionsResponse`, fluvio-protocol/src/link/versions.rs. */
export const ApiVersionsResponse = struct({
  errorCode: ErrorCode,
  apiKeys: list(ApiVersionKey),
  platformVersion: string,
});
export interface ApiVersionsResponse extends Infer<typeof ApiVersionsResponse> {}

const descriptor = <S extends 'sc' | 'spu'>(server: S) =>
  ({
    name: 'ApiVersions',
    server,
    key: 18,
    min: 0,
    max: 2,
    request: ApiVersionsRequest,
    response: ApiVersionsResponse,
  }) satisfies Api<ApiVersionsRequest, ApiVersionsResponse>;

/** Asks the SC which versions of its APIs it serves; the first request of a connection. */
export const ScApiVersions: Api<ApiVersionsRequest, ApiVersionsResponse> = descriptor('sc');
/** Asks an SPU which versions of its APIs it serves; the first request of a connection. */
export const SpuApiVersions: Api<ApiVersionsRequest, ApiVersionsResponse> = descriptor('spu');
