/** Says what went wrong: a line or two for people, one JSON object for programs. */
import { isFluvioError } from '@fluvio-ts/protocol';
import { toPlain } from '../output/plain-value.ts';
import type { Talk } from '../output/talk.ts';
import { UsageError } from '../parse/usage-error.ts';
import { EXIT, exitCodeOf } from './exit-code.ts';
import { hintOf } from './hints.ts';
import { inFlags } from './in-flags.ts';

/** An error as it is shown. */
interface Told {
  readonly code: string;
  readonly message: string;
  readonly hint: string | undefined;
  readonly exitCode: number;
  readonly context: unknown;
}

/** Reports an error on stderr and returns the exit code. */
export function reportError(error: unknown, talk: Talk, json: boolean): number {
  const told = tell(error);
  talk.clear();
  if (json) {
    const { code, message, hint, exitCode, context } = told;
    const object = { error: { code, message, hint: hint ?? null, exitCode, context: toPlain(context ?? {}) } };
    talk.raw(`${JSON.stringify(object)}\n`);
  } else {
    const { paint } = talk;
    talk.raw(`${paint('red', 'error')}: ${told.message} ${paint('dim', `[${told.code}]`)}\n`);
    if (told.hint !== undefined) talk.raw(`  ${paint('cyan', 'hint')}: ${told.hint}\n`);
  }
  return told.exitCode;
}

function tell(error: unknown): Told {
  if (error instanceof UsageError) {
    const { code, message, hint } = error;
    return { code, message: oneLine(message), hint, exitCode: EXIT.usage, context: undefined };
  }
  if (isFluvioError(error)) {
    const { code, message, context } = error;
    return { code, message: inFlags(oneLine(message)), hint: hintOf(error), exitCode: exitCodeOf(error), context };
  }
  if (error instanceof Error) {
    // Whatever is no error of ours is a fault of this program, or of the machine; the stack helps to find it.
    const { code } = error as NodeJS.ErrnoException;
    const stack = process.env.FLV_DEBUG === undefined ? undefined : error.stack;
    return {
      code: code === undefined ? 'internal/unexpected' : `system/${code}`,
      message: stack ?? oneLine(error.message),
      hint: code === undefined ? 'this is a fault of flv; FLV_DEBUG=1 shows where' : SYSTEM_HINTS[code],
      exitCode: EXIT.failure,
      context: undefined,
    };
  }
  return {
    code: 'internal/unexpected',
    message: String(error),
    hint: undefined,
    exitCode: EXIT.failure,
    context: undefined,
  };
}

const SYSTEM_HINTS: Readonly<Record<string, string>> = {
  ENOSPC: 'the device that the output goes to is full',
};

/** Nothing that moves the cursor or colours the terminal: names and servers' texts are anybody's. */
const oneLine = (text: string): string =>
  text
    .replaceAll(/\s*\n\s*/g, ' ')
    .replaceAll(/\p{Cc}/gu, (control) => `\\x${control.charCodeAt(0).toString(16).padStart(2, '0')}`);
