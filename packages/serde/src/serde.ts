/** What a serde is: the shape that `@fluvio-ts/client` takes for keys and values. */

/** Whose bytes they are. */
export interface ValuePlace {
  readonly topic: string;
  readonly field: 'key' | 'value';
}

/** Turns values into bytes, or into text, which is written as UTF-8. */
export interface Encoder<In> {
  /** The bytes of a value, or its text. */
  encode(value: In, place: ValuePlace): Uint8Array | string;
}

/** Turns bytes into values. */
export interface Decoder<Out> {
  /** The value of bytes. */
  decode(bytes: Uint8Array, place: ValuePlace): Out;
}

/** Both. `In` is what is written where that is more than what is read, such as a value without its defaults. */
export interface Serde<Out, In = Out> extends Encoder<In>, Decoder<Out> {}
