/**
 * How an SPU gets SmartModules from the SC: it asks by key each time that a chain is started, and names what it has. So a
 * module crosses the wire when it is first needed, and a replaced or deleted one is never used again.
 */
import type { Api, ErrorCode as ErrorCodeValue } from '@fluvio-ts/protocol';
import { ErrorCode, type Infer, schema } from '@fluvio-ts/protocol';

const { bytes, option, string, struct } = schema;

/** Asks for a module. */
export const FindSmartModuleRequest = struct({
  /** `name`, `group/name` or `group/name@version`. */
  key: string,
  /** Uid of the one that the SPU has under this key. */
  known: option(string),
});
export interface FindSmartModuleRequest extends Infer<typeof FindSmartModuleRequest> {}

/** The module. */
export const FindSmartModuleResponse = struct({
  /** Why the SC cannot tell; `None` when it can. */
  errorCode: ErrorCode,
  /** Absent: there is none. */
  found: option(
    struct({
      uid: string,
      /** The gzip of its `.wasm`; absent where it is the one that the SPU has. */
      payload: option(bytes),
    }),
  ),
});
export interface FindSmartModuleResponse {
  readonly errorCode: ErrorCodeValue;
  readonly found: { readonly uid: string; readonly payload: Uint8Array | undefined } | undefined;
}

/** Finds a SmartModule. Served on the SC's private port. */
export const FindSmartModule: Api<FindSmartModuleRequest, FindSmartModuleResponse> = {
  name: 'FindSmartModule',
  server: 'sc',
  key: 9004,
  min: 100,
  max: 100,
  request: FindSmartModuleRequest,
  response: FindSmartModuleResponse,
};
