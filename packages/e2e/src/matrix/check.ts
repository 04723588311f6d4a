/** What the matrix runs: named checks of the built packages, without a test runner, on any JavaScript runtime. */

/** One check; it fails by throwing or rejecting. */
export interface Check {
  readonly name: string;
  readonly run: () => void | Promise<void>;
}

/** What became of the checks on one runtime. */
export interface MatrixReport {
  /** The runtime as it names itself. */
  readonly runtime: string;
  readonly passed: number;
  /** `name: reason` of each check that failed. */
  readonly failed: readonly string[];
}

/** Runs checks one after another. */
export async function runChecks(runtime: string, checks: readonly Check[]): Promise<MatrixReport> {
  const failed: string[] = [];
  for (const { name, run } of checks) {
    try {
      await run();
    } catch (error) {
      failed.push(`${name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    }
  }
  return { runtime, passed: checks.length - failed.length, failed };
}

/** Fails unless both are the same value, however deep; for messages, which hold no cycles. */
export function equal(actual: unknown, expected: unknown): void {
  const difference = differ(actual, expected, 'it');
  if (difference !== undefined) throw new Error(difference);
}

/** Fails unless `run` throws or rejects with an error of this code. */
export async function throws(code: string, run: () => unknown): Promise<void> {
  let result: unknown;
  try {
    result = await run();
  } catch (error) {
    equal((error as { readonly code?: unknown }).code, code);
    return;
  }
  throw new Error(`no error ${code}, but ${String(result)}`);
}

/** Where two values differ, or undefined. */
function differ(actual: unknown, expected: unknown, path: string): string | undefined {
  if (Object.is(actual, expected)) return undefined;
  const sorts = [sortOf(actual), sortOf(expected)];
  if (sorts[0] !== sorts[1] || typeof actual !== 'object') {
    return `${path} is ${show(actual)} instead of ${show(expected)}`;
  }
  const left = entriesOf(actual as object);
  const right = entriesOf(expected as object);
  if (left.length !== right.length) return `${path} has ${left.length} entries instead of ${right.length}`;
  for (const [i, [key, value]] of left.entries()) {
    const [otherKey, other] = right[i] ?? [];
    if (!Object.is(key, otherKey)) return `${path} has ${show(key)} instead of ${show(otherKey)}`;
    const difference = differ(value, other, `${path}.${String(key)}`);
    if (difference !== undefined) return difference;
  }
  return undefined;
}

function sortOf(value: unknown): string {
  return typeof value === 'object' && value !== null ? Object.prototype.toString.call(value) : typeof value;
}

/** Entries of a map, an array, bytes or an object; those of objects and maps in order of their keys. */
function entriesOf(value: object): readonly (readonly [unknown, unknown])[] {
  if (value instanceof Map) return [...value].sort(([a], [b]) => (String(a) < String(b) ? -1 : 1));
  if (Array.isArray(value) || value instanceof Uint8Array) return [...value.entries()];
  return Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
}

function show(value: unknown): string {
  return typeof value === 'bigint' ? `${value}n` : typeof value === 'string' ? `'${value}'` : String(value);
}
