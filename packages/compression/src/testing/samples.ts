/** Bytes to compress: the same in every run. */

/** Uniform whole numbers below a bound, from a seed. */
export function randomNumbers(seed: number): (bound: number) => number {
  let state = seed;
  return (bound) => {
    state = (state + 0x6d2b_79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % bound;
  };
}

/** Lines of JSON, as a topic of readings holds them. */
export function jsonLines(bytes: number, seed = 1): Uint8Array {
  const below = randomNumbers(seed);
  const pick = (words: readonly string[]): string => words[below(words.length)] ?? '';
  const names = ['temperature', 'humidity', 'pressure', 'north', 'south', 'sensor', 'gateway', 'pump', 'valve'];
  const lines: string[] = [];
  for (let size = 0, id = 0; size < bytes; id++) {
    const line = `${JSON.stringify({
      id,
      trace: below(2 ** 31).toString(36) + below(2 ** 31).toString(16),
      at: 1_700_000_000_000 + id * 37 + below(30),
      device: `${pick(names)}-${below(1000)}`,
      region: pick(['eu-west-1', 'us-east-2']),
      value: below(100_000) / 100,
      status: pick(['ok', 'ok', 'ok', 'degraded']),
      tags: [pick(names), pick(names)],
    })}\n`;
    lines.push(line);
    size += line.length;
  }
  return new TextEncoder().encode(lines.join('')).slice(0, bytes);
}

/** Bytes that nothing can compress. */
export function noise(bytes: number, seed = 2): Uint8Array {
  const below = randomNumbers(seed);
  return Uint8Array.from({ length: bytes }, () => below(256));
}

const KIB = 1024;

/** Samples by name: each kind of content, and each size at which a format does something else. */
export const samples: ReadonlyMap<string, Uint8Array> = new Map([
  ['nothing', new Uint8Array(0)],
  ['one byte', Uint8Array.of(0x61)],
  ['three bytes', Uint8Array.of(0x61, 0x61, 0x61)],
  ['16 equal bytes', new Uint8Array(16).fill(7)],
  ['a short text', new TextEncoder().encode('hello hello hello hello hello hello hello hello')],
  ['3 KB of JSON', jsonLines(3000)],
  ['64 KiB − 1 of JSON', jsonLines(64 * KIB - 1)],
  ['64 KiB of JSON', jsonLines(64 * KIB)],
  ['64 KiB + 1 of JSON', jsonLines(64 * KIB + 1)],
  ['256 KiB + 1 of JSON', jsonLines(256 * KIB + 1)],
  ['1 MiB of JSON', jsonLines(1024 * KIB)],
  ['300 KB of noise', noise(300_000)],
  ['1 MiB of zeros', new Uint8Array(1024 * KIB)],
  ['digits', noise(100_000).map((byte) => 0x30 + (byte % 10))],
  ['two symbols', noise(50_000).map((byte) => byte & 1)],
  ['a period of three', Uint8Array.from({ length: 70_000 }, (_, i) => i % 3)],
  ['a period of 70,000', repeated(noise(70_000), 3)],
  ['JSON, noise, JSON', joined(jsonLines(100_000), noise(100_000), jsonLines(100_000))],
]);

/** Arrays one after another. */
export function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** An array several times. */
export function repeated(part: Uint8Array, times: number): Uint8Array {
  return joined(...Array.from({ length: times }, () => part));
}

/** Bytes from hexadecimal digits; anything else in the text is layout. */
export function fromHex(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text.replace(/[^0-9a-f]/g, ''), 'hex'));
}

/** Hexadecimal digits of bytes. */
export function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
