/** What a change comes to: done, or refused with a code and, where the code does not say it all, a sentence. */
import type { ErrorCode, Status } from '@fluvio-ts/protocol';
import { NO_ERROR } from '@fluvio-ts/protocol';
import { reasonOf } from '../logger.ts';
import type { Metadata } from './metadata.ts';

/** Why a change is refused. */
export interface Refusal {
  readonly errorCode: ErrorCode;
  readonly message?: string;
  /** What the answer names instead of the object. */
  readonly about?: string;
}

/** Makes a refusal. */
export const refusal = (errorCode: ErrorCode | ErrorCode['kind'], message?: string, about?: string): Refusal => ({
  errorCode: typeof errorCode === 'string' ? ({ kind: errorCode } as ErrorCode) : errorCode,
  ...(message === undefined ? {} : { message }),
  ...(about === undefined ? {} : { about }),
});

/** The answer about an object. */
export const statusOf = (name: string, refused: Refusal | undefined): Status => ({
  name: refused?.about ?? name,
  errorCode: refused?.errorCode ?? NO_ERROR,
  errorMessage: refused?.message,
});

/** Runs a change on its own. What the disk refuses becomes the answer, under `code`, and has changed nothing. */
export async function change(
  metadata: Metadata,
  code: ErrorCode['kind'],
  task: () => Promise<Refusal | undefined>,
): Promise<Refusal | undefined> {
  try {
    return await metadata.exclusive(task);
  } catch (error) {
    return refusal(code, `the change could not be written down: ${reasonOf(error)}`);
  }
}
