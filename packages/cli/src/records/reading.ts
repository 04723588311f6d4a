/** Makes records of input: one of each line, or one of everything. */
import { Buffer } from 'node:buffer';
import type { ProducerRecord } from '@fluvio-ts/client';
import { cliError } from '../errors/errors.ts';
import type { Source } from './input.ts';
import { type Line, linesOf } from './lines.ts';

/** How records are made. */
export interface Shape {
  /** All input is one record. */
  readonly raw: boolean;
  /** The key of every record. */
  readonly key: string | undefined;
  /** What stands between key and value of a line. */
  readonly keySeparator: string | undefined;
  /** The partition of every record; default is that of its key. */
  readonly partition: number | undefined;
  /** Records beyond this size are not even kept. */
  readonly limitBytes: number;
}

/** A record, or why there is none. Bytes are views: use them before the next pull. */
export type Item = { readonly record: ProducerRecord } | { readonly error: Error };

/** The records of a source, as many at a time as there happen to be. `onRead` hears of the bytes that were read. */
export async function* recordsOf(
  source: Source,
  shape: Shape,
  signal: AbortSignal,
  onRead: (bytes: number) => void,
): AsyncGenerator<readonly Item[]> {
  const chunks = counted(source.open(signal), onRead);
  if (shape.raw) {
    yield [itemOf(shape.key, await everything(chunks, shape.limitBytes), shape)];
    return;
  }
  const separator = shape.keySeparator === undefined ? undefined : Buffer.from(shape.keySeparator);
  let number = 0;
  for await (const lines of linesOf(chunks, shape.limitBytes + (separator?.length ?? 0))) {
    yield lines.map((line) => itemOfLine(line, ++number, source, separator, shape));
  }
}

function itemOfLine(line: Line, number: number, source: Source, separator: Buffer | undefined, shape: Shape): Item {
  const where = { source: source.name, line: number };
  if (line.kind === 'too-long') {
    const { limitBytes } = shape;
    return { error: cliError('input/line-too-long', { ...where, sizeBytes: line.sizeBytes, limitBytes }) };
  }
  if (separator === undefined) return itemOf(shape.key, line.bytes, shape);
  const at = line.bytes.indexOf(separator);
  if (at < 0) {
    return { error: cliError('input/no-separator', { ...where, separator: shape.keySeparator ?? '' }) };
  }
  return itemOf(line.bytes.subarray(0, at), line.bytes.subarray(at + separator.length), shape);
}

const itemOf = (key: Uint8Array | string | undefined, value: Uint8Array, { partition }: Shape): Item => ({
  record: { key: key ?? null, value, ...(partition !== undefined && { partition }) },
});

/** All bytes; behind the limit no more than what shows that it is passed. */
async function everything(chunks: AsyncIterable<Uint8Array>, limitBytes: number): Promise<Uint8Array> {
  const kept: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of chunks) {
    kept.push(chunk);
    sizeBytes += chunk.length;
    if (sizeBytes > limitBytes) break;
  }
  return Buffer.concat(kept, sizeBytes);
}

async function* counted(
  stream: AsyncIterable<Uint8Array>,
  onRead: (bytes: number) => void,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of stream) {
    onRead(chunk.length);
    yield chunk;
  }
}
