/** Escapes that people write on command lines, where a shell leaves them alone. */
import { UsageError } from '../parse/usage-error.ts';

const SIMPLE: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', 0: '\0', '\\': '\\' };

/** Replaces `\n`, `\t`, `\r`, `\0`, `\\` and `\xNN` (one byte) in a text; the result is bytes. @throws UsageError */
export function unescaped(text: string): Uint8Array {
  const parts: Uint8Array[] = [];
  let from = 0;
  for (const match of text.matchAll(/\\(?:x([0-9a-fA-F]{2})|(.)|$)/gs)) {
    const [whole, hex, letter] = match;
    const simple = letter === undefined ? undefined : SIMPLE[letter];
    if (hex === undefined && simple === undefined) {
      throw new UsageError(`'${whole}' in '${text}' is no escape`, 'escapes are \\n \\t \\r \\0 \\\\ and \\xNN');
    }
    parts.push(Buffer.from(text.slice(from, match.index)));
    parts.push(hex === undefined ? Buffer.from(simple ?? '') : Buffer.from([Number.parseInt(hex, 16)]));
    from = match.index + whole.length;
  }
  parts.push(Buffer.from(text.slice(from)));
  return Buffer.concat(parts);
}
