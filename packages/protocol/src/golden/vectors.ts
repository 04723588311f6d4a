/** Loads the frames that were captured from a real cluster. They are not part of the repository: tests skip without them. */
// biome-ignore-all lint/correctness/noNodejsModules: test support, neither built nor published
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** One message as it passed between a client and a server. */
export interface Frame {
  /** Capture file, without extension. */
  readonly file: string;
  /** The case it comes from, `client:case`. */
  readonly name: string;
  readonly role: 'sc' | 'spu';
  readonly dir: 'req' | 'res';
  /** Of the request; for a response, of the request it answers. */
  readonly apiKey: number;
  readonly apiVersion: number;
  /** The message without its length. */
  readonly bytes: Uint8Array;
  readonly note: string;
}

/** The frames, or why there are none. */
export type Vectors =
  | {
      readonly kind: 'present';
      readonly frames: readonly Frame[];
      /** Frames that were left out, because the capture holds their beginning only. */
      readonly shortened: number;
    }
  | { readonly kind: 'absent'; readonly reason: string };

interface CapturedFrame {
  readonly name: string;
  readonly role: 'sc' | 'spu';
  readonly dir: 'req' | 'res';
  readonly apiKey: number;
  readonly apiVersion: number;
  readonly hex: string;
  readonly note: string;
}

/** Reads every capture file of `FLUVIO_VECTORS`, or of `shared/vectors` beside the repository. */
export function loadVectors(): Vectors {
  const folder = resolve(process.env.FLUVIO_VECTORS ?? join(import.meta.dirname, '../../../../../shared/vectors'));
  if (!existsSync(folder)) {
    return { kind: 'absent', reason: `no captured frames: ${folder} does not exist (set FLUVIO_VECTORS)` };
  }
  const frames: Frame[] = [];
  let shortened = 0;
  for (const entry of readdirSync(folder).sort()) {
    if (!entry.endsWith('.json')) continue;
    const capture: { readonly frames?: readonly CapturedFrame[] } = JSON.parse(
      readFileSync(join(folder, entry), 'utf8'),
    );
    for (const { hex, ...facts } of capture.frames ?? []) {
      const whole = fromHex(hex);
      const size = new DataView(whole.buffer).getInt32(0);
      if (whole.length === size + 4) frames.push({ ...facts, file: entry.slice(0, -5), bytes: whole.subarray(4) });
      else shortened++;
    }
  }
  return { kind: 'present', frames, shortened };
}

/** Bytes from hexadecimal digits; anything else in the text is layout. */
export function fromHex(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(Buffer.from(text.replace(/[^0-9a-f]/g, ''), 'hex'));
}

/** Hexadecimal digits of bytes. */
export function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
}
