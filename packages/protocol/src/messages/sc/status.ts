/** What the SC answers to Create, Delete and Update. */
import type { Infer } from '../../wire/schema.ts';
import { option, string, struct } from '../../wire/schema.ts';
import { ErrorCode } from '../error-code.ts';

/** Whether the object was changed. Rust: `Status`, fluvio-sc-schema/src/response.rs. */
export const Status = struct({
  /** Name of the object; some errors have another name here, such as `create error`. */
  name: string,
  errorCode: ErrorCode,
  /** What exactly is wrong; often absent where the code says it all. */
  errorMessage: option(string),
});
/** The value type of {@link Status}. */
export interface Status extends Infer<typeof Status> {}
