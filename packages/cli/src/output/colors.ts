/** Whether a stream gets colours, and how text gets them. */
import { styleText } from 'node:util';

type Style = Parameters<typeof styleText>[0];

/** Colours text, or leaves it as it is. */
export type Paint = (style: Style, text: string) => string;

/** What decides about colours. */
export interface ColorChoice {
  readonly when: 'auto' | 'always' | 'never';
  readonly isTTY: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** `--color` first, then NO_COLOR (when it is not empty), FORCE_COLOR, TERM=dumb, and whether it is a terminal. */
export function wantsColor({ when, isTTY, env }: ColorChoice): boolean {
  if (when !== 'auto') return when === 'always';
  if (env.NO_COLOR !== undefined && env.NO_COLOR !== '') return false;
  if (env.FORCE_COLOR !== undefined && env.FORCE_COLOR !== '') return env.FORCE_COLOR !== '0';
  return isTTY && env.TERM !== 'dumb';
}

/** A painter for a stream. */
export const painter = (colors: boolean): Paint =>
  colors ? (style, text) => styleText(style, text, { validateStream: false }) : (_, text) => text;
