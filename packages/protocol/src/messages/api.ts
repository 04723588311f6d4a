/** What every API of the two servers has in common: its key, its versions, its request and its response. */
import type { Type } from '../wire/schema.ts';

/** One API of a server. */
export interface Api<Request, Response> {
  /** For people: error texts and logs. */
  readonly name: string;
  /** The same key means different things on the two servers. */
  readonly server: 'sc' | 'spu';
  readonly key: number;
  /** Oldest version that this package speaks. */
  readonly min: number;
  /** Newest version that this package speaks. */
  readonly max: number;
  readonly request: Type<Request>;
  readonly response: Type<Response>;
}
