/** What the browser sends and tells, shared with the test that judges it. */

/** An acknowledged record. Offsets are text, since JSON has no bigint. */
export interface SentRecord {
  readonly partition: number;
  readonly offset: string;
  /** Of the value. */
  readonly sha256: string;
}

/** A consumed record. */
export interface SeenRecord extends SentRecord {
  readonly key: readonly number[] | null;
  readonly length: number;
}

/** All that a page tells. */
export interface Sight {
  readonly platformVersion: string;
  readonly sent: readonly SentRecord[];
  readonly seen: readonly SeenRecord[];
  /** Code of the error that an unknown topic gives. */
  readonly refusal: string;
  /** What the content security policy has stopped. */
  readonly violations: readonly string[];
  /** Whether the policy was in force. */
  readonly strict: boolean;
}

/** A record to send. */
export interface SampleRecord {
  readonly key: Uint8Array | null;
  readonly value: Uint8Array;
}

/** Records of every kind, the same wherever they are made. */
export function sampleRecords(): SampleRecord[] {
  const text = new TextEncoder();
  const bytes = (length: number, seed: number): Uint8Array =>
    Uint8Array.from({ length }, (_, i) => (Math.imul(i + seed, 2_654_435_761) >>> 13) & 0xff);
  return [
    { key: null, value: text.encode('no key') },
    { key: new Uint8Array(0), value: text.encode('an empty key') },
    { key: text.encode('ключ 🔑'), value: text.encode('värde') },
    { key: bytes(16, 1), value: Uint8Array.from({ length: 256 }, (_, i) => i) },
    { key: null, value: new Uint8Array(0) },
    { key: text.encode('large'), value: bytes(1_000_000, 7) },
    ...Array.from({ length: 50 }, (_, i) => ({ key: text.encode(`key-${i % 5}`), value: bytes(i * 37, i) })),
  ];
}
