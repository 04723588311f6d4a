/** Streams that say they are a terminal. */
import { PassThrough } from 'node:stream';

/** A terminal for a test: read from the screen what was written, write to the keyboard what is typed. */
export interface Terminal {
  readonly screen: PassThrough & { readonly isTTY: boolean; readonly columns: number };
  readonly keyboard: PassThrough & { readonly isTTY: boolean };
}

/** Makes a terminal, or with `isTTY: false` what is none. */
export const terminal = (isTTY = true): Terminal => ({
  screen: Object.assign(new PassThrough(), { isTTY, columns: 60 }),
  keyboard: Object.assign(new PassThrough(), { isTTY }),
});
