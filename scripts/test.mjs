/**
 * `npm test`: every package's vitest through turbo, then the sum of what happened.
 *
 * Green means: every test passed or was skipped with a reason, every test file had tests, nothing threw outside a test.
 */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hasSource, root, turbo, workspaceFolders } from './bootstrap.mjs';
import { say } from './children.mjs';
import { digestOfFacts, machineFacts } from './machine.mjs';

export async function test(env, args) {
  const facts = machineFacts();
  for (const [name, fact] of Object.entries(facts)) say(`this machine: ${name}: ${fact}`);
  const tested = workspaceFolders().filter((folder) => hasSource(folder, '.test.ts'));
  for (const folder of tested) rmSync(resultsFile(folder), { force: true });
  rmSync(totalsFile, { force: true });

  // One package at a time: each already uses two workers, and tests that measure time want a quiet machine.
  const options = [
    '--continue=always',
    '--concurrency=1',
    '--ui=stream',
    '--output-logs=new-only',
    '--log-prefix=none',
  ];
  const filters = args.length > 0 ? args : tested.map((folder) => `--filter=./${folder}`);
  const code = await turbo(['run', 'test', ...options, ...filters], {
    ...env,
    FLUVIO_TEST_MACHINE: digestOfFacts(facts),
  });

  const asked = args.length > 0 ? tested.filter((folder) => existsSync(resultsFile(folder))) : tested;
  const untested = args.length > 0 ? [] : workspaceFolders().filter(lacksTests);
  const summary = summarize(asked, untested);
  for (const line of summary.lines) process.stdout.write(`${line}\n`);
  if (code !== 0 && summary.failed === 0) say(`turbo ended with code ${code} although no test failed`);
  process.stdout.write(`${summary.totals}\n`);
  mkdirSync(join(root, '.results'), { recursive: true });
  writeFileSync(totalsFile, `${summary.totals}\n`);
  return code !== 0 ? code : summary.failed > 0 ? 1 : 0;
}

/** A package that says it has tests, and has sources, but no test. */
function lacksTests(folder) {
  const { scripts } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
  return scripts.test !== undefined && hasSource(folder, '.ts') && !hasSource(folder, '.test.ts');
}

/** The closing line is kept here too, for scripts that print more after it. */
const totalsFile = join(root, '.results/totals.txt');

const resultsFile = (folder) => join(root, folder, '.results/tests.json');

/** Adds up the packages' results. Whatever keeps the run from being green counts as failed. */
function summarize(tested, untested) {
  const lines = [''];
  const complaints = untested.map((folder) => `${folder}: has sources but no test`);
  const reasons = new Map();
  let passed = 0;
  let skipped = 0;
  for (const folder of tested) {
    const complain = (what) => complaints.push(`${folder}: ${what}`);
    if (!existsSync(resultsFile(folder))) {
      lines.push(`${folder}: no results`);
      complain('left no results: it did not build, or its test run crashed');
      continue;
    }
    const results = JSON.parse(readFileSync(resultsFile(folder), 'utf8'));
    lines.push(
      `${folder}: ${results.passed} passed, ${results.failed.length} failed, ${results.skipped.length} skipped`,
    );
    passed += results.passed;
    skipped += results.skipped.length;
    for (const name of results.failed) complain(`failed: ${name}`);
    for (const file of results.emptyFiles) complain(`no test in ${file}`);
    for (const error of results.errors) complain(`error outside a test: ${error}`);
    for (const { name, reason } of results.skipped) {
      if (reason === undefined) complain(`skipped without a reason: ${name}`);
      const text = reason === undefined ? 'no reason given' : reason;
      reasons.set(text, [...(reasons.get(text) || []), `${folder} ${name}`]);
    }
  }
  for (const [reason, names] of reasons) {
    lines.push('', `skipped ${names.length}: ${reason}`, ...names.map((name) => `  ${name}`));
  }
  if (complaints.length > 0) lines.push('', ...complaints);
  const totals = `${passed} passed, ${complaints.length} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
  return { lines: [...lines, ''], failed: complaints.length, totals };
}
