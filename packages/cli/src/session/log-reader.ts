/** A file that grows, read line by line: whole lines only, from where it was read last. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** See the file's head. */
export interface LogReader {
  /** The lines that have come since the last call; none where there is no file. */
  read(): readonly string[];
}

const PIECE_BYTES = 1_048_576;

/** Starts at the beginning of a file. */
export function logReader(path: string): LogReader {
  let position = 0;
  let rest = Buffer.alloc(0);
  return {
    read() {
      let file: number;
      try {
        file = openSync(path, 'r');
      } catch {
        return [];
      }
      try {
        // Someone has emptied it.
        if (fstatSync(file).size < position) position = 0;
        const lines: string[] = [];
        const piece = Buffer.alloc(PIECE_BYTES);
        for (;;) {
          const count = readSync(file, piece, 0, PIECE_BYTES, position);
          if (count === 0) return lines;
          position += count;
          rest = Buffer.concat([rest, piece.subarray(0, count)]);
          for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10)) {
            lines.push(rest.toString('utf8', 0, end));
            rest = rest.subarray(end + 1);
          }
        }
      } finally {
        closeSync(file);
      }
    },
  };
}
