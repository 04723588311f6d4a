/** The constants and enumerations of `@fluvio/client`. */

/** A default of `@fluvio/client`. */
export const DEFAULT_HOST = '127.0.0.1';
/** A default of `@fluvio/client`. */
export const DEFAULT_PORT = 9003;
/** A default of `@fluvio/client`. */
export const DEFAULT_PUBLIC_PORT = 9005;
/** A default of `@fluvio/client`. */
export const DEFAULT_PRIVATE_PORT = 9006;
/** A default of `@fluvio/client`. */
export const DEFAULT_REPLICAS = 3;
/** A default of `@fluvio/client`. */
export const DEFAULT_ID = 0;
/** A default of `@fluvio/client`. */
export const DEFAULT_TOPIC = 'message';
/** A default of `@fluvio/client`. */
export const DEFAULT_PARTITIONS = 1;
/** A default of `@fluvio/client`. */
export const DEFAULT_REPLICATION_FACTOR = 1;
/** A default of `@fluvio/client`. */
export const DEFAULT_IGNORE_RACK_ASSIGNMENT = false;
/** A default of `@fluvio/client`. */
export const DEFAULT_MIN_ID = 0;
/** A default of `@fluvio/client`. */
export const DEFAULT_OFFSET = 0;
/** A default of `@fluvio/client`. */
export const DEFAULT_OFFSET_FROM = 'end';

/** Which end an offset counts from. */
export const OffsetFrom = { Beginning: 'beginning', End: 'end' } as const;
/** One of {@link OffsetFrom}. */
export type OffsetFrom = (typeof OffsetFrom)[keyof typeof OffsetFrom];

/** Kinds of SmartModules. The module's own exports decide; the kind is not looked at. */
export const SmartModuleType = {
  Filter: 'filter',
  Map: 'map',
  ArrayMap: 'array_map',
  FilterMap: 'filter_map',
} as const;
/** One of {@link SmartModuleType}. */
export type SmartModuleType = (typeof SmartModuleType)[keyof typeof SmartModuleType];

/** Whether an endpoint speaks TLS. */
export const Encryption = { Plaintext: 'Plaintext', Ssl: 'Ssl' } as const;
/** One of {@link Encryption}. */
export type Encryption = (typeof Encryption)[keyof typeof Encryption];

/** Where to begin: so many records after the beginning, or before the end. */
export class Offset {
  /** How many records. */
  index: number;
  /** From where. */
  from: OffsetFrom | string;

  constructor(options: { readonly index?: number; readonly from?: OffsetFrom | string } = {}) {
    this.index = options.index ?? DEFAULT_OFFSET;
    this.from = options.from ?? DEFAULT_OFFSET_FROM;
  }

  /** The first stored record. */
  static FromBeginning(): Offset {
    return new Offset({ index: 0, from: OffsetFrom.Beginning });
  }

  /** Behind the last one. */
  static FromEnd(): Offset {
    return new Offset({ index: 0, from: OffsetFrom.End });
  }
}

/** Bytes of the characters' lowest eight bits, as `@fluvio/client` has it: for texts beyond Latin 1, use `TextEncoder`. */
export function stringToArrayBuffer(data: string): ArrayBuffer {
  const buffer = new ArrayBuffer(data.length);
  const view = new Uint8Array(buffer);
  for (let i = 0; i < data.length; i++) view[i] = data.charCodeAt(i);
  return buffer;
}

/** UTF-8 text. */
export function arrayBufferToString(data: ArrayBuffer): string {
  return new TextDecoder().decode(data);
}
