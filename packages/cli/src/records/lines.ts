/** Cuts a stream of bytes into lines, bytes as they are: what is no UTF-8 stays what it is. */
import { Buffer } from 'node:buffer';

/** A line without its end, or one that was too long to keep. Bytes are views: use them before the next pull. */
export type Line =
  | { readonly kind: 'line'; readonly bytes: Buffer }
  | { readonly kind: 'too-long'; readonly sizeBytes: number };

const LF = 0x0a;
const CR = 0x0d;

/**
 * Lines by chunks. `\n` and `\r\n` end a line; an empty line is one, too, and so is a last one without an end. Of a line
 * beyond `limitBytes` only the length is kept, so that memory stays bounded whatever the input is.
 */
export async function* linesOf(chunks: AsyncIterable<Uint8Array>, limitBytes: number): AsyncGenerator<readonly Line[]> {
  /** The beginning of a line whose end is in a later chunk. */
  let kept: Buffer[] = [];
  let keptBytes = 0;

  const keep = (bytes: Buffer): void => {
    keptBytes += bytes.length;
    if (keptBytes > limitBytes + 1) kept = [];
    else kept.push(bytes);
  };
  const finish = (end: Buffer): Line => {
    if (keptBytes === 0) return lineOf(end, limitBytes);
    const sizeBytes = keptBytes + end.length;
    const whole = sizeBytes > limitBytes + 1 ? undefined : Buffer.concat([...kept, end], sizeBytes);
    kept = [];
    keptBytes = 0;
    return whole === undefined ? { kind: 'too-long', sizeBytes } : lineOf(whole, limitBytes);
  };

  for await (const chunk of chunks) {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
    const lines: Line[] = [];
    let from = 0;
    for (let at = bytes.indexOf(LF); at >= 0; at = bytes.indexOf(LF, from)) {
      lines.push(finish(bytes.subarray(from, at)));
      from = at + 1;
    }
    if (from < bytes.length) keep(bytes.subarray(from));
    if (lines.length > 0) yield lines;
  }
  if (keptBytes > 0) yield [finish(Buffer.alloc(0))];
}

function lineOf(bytes: Buffer, limitBytes: number): Line {
  const end = bytes.at(-1) === CR ? bytes.length - 1 : bytes.length;
  return end > limitBytes ? { kind: 'too-long', sizeBytes: end } : { kind: 'line', bytes: bytes.subarray(0, end) };
}
