/** A command line that cannot be understood. Thrown before any command's code, and the library, is loaded. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly code = 'usage/invalid';
  /** What to type instead, or where to read on. */
  readonly hint: string | undefined;

  constructor(message: string, hint?: string) {
    super(message);
    this.hint = hint;
  }
}
