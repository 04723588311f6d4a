/**
 * How every package's tests run. Vitest finds this file from inside a package (`cd packages/x && npx vitest run`), takes
 * that folder as its root, and picks the tests that stand beside the sources. Sister packages resolve to their `dist`.
 */
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

/** Set by `npm test`, which counts results and lets nothing be skipped without a reason. */
const counted = process.env.FLUVIO_TEST_MACHINE !== undefined;

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    // A rejection that nobody hears of ends the process of a test, as it ends that of a user.
    execArgv: ['--unhandled-rejections=strict'],
    allowOnly: !counted,
    reporters: counted ? ['default', join(import.meta.dirname, 'scripts/vitest-reporter.mjs')] : ['default'],
  },
});
