/** Where the frames to decode come from: a text on the command line, a file, or standard input. */
import { readFile, stat } from 'node:fs/promises';
import process from 'node:process';
import { addAbortSignal } from 'node:stream';
import { isFluvioError } from '@fluvio-ts/protocol';
import { framesInBytes, framesInText, type InputFrame } from '@fluvio-ts/protocol/describe';
import { cliError } from '../errors/errors.ts';
import { unreadable } from '../errors/unreadable.ts';

/** Frames, and what to call their source. */
export interface WireInput {
  readonly source: string;
  readonly frames: readonly InputFrame[];
}

/** Reads what `given` names or is; without it, or for `-`, standard input. @throws `input/*` */
export async function wireInput(given: string | undefined, signal: AbortSignal): Promise<WireInput> {
  if (given === undefined || given === '-') {
    const chunks: Uint8Array[] = [];
    for await (const chunk of addAbortSignal(signal, process.stdin)) chunks.push(chunk as Uint8Array);
    return { source: 'standard input', frames: framesIn('standard input', Buffer.concat(chunks)) };
  }
  const file = await fileAt(given);
  if (file !== undefined) return { source: given, frames: framesIn(given, file) };
  if (looksLikePath(given)) throw cliError('input/missing', { path: given, reason: 'it does not exist' });
  const source = given.length <= 24 ? `'${given}'` : `'${given.slice(0, 24)}…'`;
  return { source, frames: framesIn(source, new TextEncoder().encode(given)) };
}

async function fileAt(path: string): Promise<Uint8Array | undefined> {
  try {
    await stat(path);
  } catch {
    // Also a text that is longer than any name.
    return undefined;
  }
  try {
    return await readFile(path);
  } catch (error) {
    throw unreadable(path, error);
  }
}

/** Base64 has no dots, and digits have neither; a slash alone may be base64. */
const looksLikePath = (text: string): boolean => !/^\s*[[{]/.test(text) && /[.\\~]/.test(text);

function framesIn(path: string, bytes: Uint8Array): readonly InputFrame[] {
  const text = textOf(bytes);
  if (text === undefined) return framesInBytes(bytes).map((frame) => ({ frame }));
  try {
    return framesInText(text);
  } catch (error) {
    if (!isFluvioError(error)) throw error;
    throw cliError('input/invalid', { path, reason: error.message }, error);
  }
}

/** Frames as they are on the wire begin with a length, whose first byte no text has. */
function textOf(bytes: Uint8Array): string | undefined {
  if (bytes.some((byte) => byte < 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d)) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
