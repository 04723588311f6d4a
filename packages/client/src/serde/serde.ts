/** How values become bytes and come back. `@fluvio-ts/serde` has ready ones; anything of this shape will do. */

/** Whose bytes they are, for errors and for formats that differ by topic. */
export interface ValuePlace {
  readonly topic: string;
  readonly field: 'key' | 'value';
}

/** Turns values into bytes, or into text, which is written as UTF-8. What it throws becomes `produce/unencodable`. */
export interface Encoder<In> {
  /** The bytes of a value, or its text. */
  encode(value: In, place: ValuePlace): Uint8Array | string;
}

/**
 * Turns bytes into values. The bytes are a view that is valid while the record is kept; take a copy of what the value should
 * own. What it throws is dealt with as `onUndecodable` says.
 */
export interface Decoder<Out> {
  /** The value of bytes. */
  decode(bytes: Uint8Array, place: ValuePlace): Out;
}

/** Both. `In` is what is written where that is more than what is read, such as a value without its defaults. */
export interface Serde<Out, In = Out> extends Encoder<In>, Decoder<Out> {}
