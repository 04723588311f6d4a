/** Which values are binary, and how they are shown: as the official command line does both. */
import { Buffer } from 'node:buffer';

const LOOKED_AT_BYTES = 1024;
const PDF = Buffer.from('%PDF-');
const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47]);
const UTF8_BOM = Buffer.from([0xef, 0xbb, 0xbf]);

/** Whether a value looks binary: it has a NUL among its first bytes, or begins like a PDF or PNG file. */
export function looksBinary(value: Uint8Array): boolean {
  if (startsWith(value, UTF8_BOM)) return false;
  if (startsWith(value, PDF) || startsWith(value, PNG)) return true;
  const zero = value.indexOf(0);
  return zero >= 0 && zero < LOOKED_AT_BYTES;
}

const startsWith = (value: Uint8Array, start: Uint8Array): boolean => start.every((byte, i) => value[i] === byte);

const ROW_BYTES = 16;
const HALF = ROW_BYTES / 2;
const RULE = '-'.repeat(78);
const LF = 0x0a;

/** Rows of 16 bytes with their offset, in hexadecimal and as characters, and a line below. */
export function hexDump(value: Uint8Array): string {
  const rows: string[] = [];
  for (let at = 0; at < value.length; at += ROW_BYTES) {
    const row = value.subarray(at, at + ROW_BYTES);
    const pairs = Array.from(row, (byte) => byte.toString(16).padStart(2, '0'));
    const left = pairs
      .slice(0, HALF)
      .join(' ')
      .padEnd(HALF * 3 - 1);
    const right = pairs
      .slice(HALF)
      .join(' ')
      .padEnd(HALF * 3 - 1);
    const characters = Array.from(row, characterOf).join('').padEnd(ROW_BYTES);
    rows.push(`${at.toString(16).padStart(8, '0')}  ${left}  ${right}  |${characters}|`);
  }
  return `${rows.map((row) => `${row}\n`).join('')}${RULE}\n`;
}

function characterOf(byte: number): string {
  if (byte >= 0x20 && byte < 0x7f) return String.fromCharCode(byte);
  return byte === LF ? '.' : ' ';
}
