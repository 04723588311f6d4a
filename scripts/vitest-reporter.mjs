/**
 * A vitest reporter that leaves what happened in `.results/tests.json` of the package, for `npm test` to add up.
 *
 * The file is an output of turbo's `test` task, so that a cached run still knows its numbers. It is written at the end
 * only: a package that crashes leaves none, and `npm test` takes that as a failure.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';

export default class ResultsReporter {
  onInit(vitest) {
    this.root = vitest.config.root;
    rmSync(join(this.root, '.results'), { recursive: true, force: true });
  }

  onTestRunEnd(modules, unhandledErrors, reason) {
    const results = {
      reason,
      passed: 0,
      failed: [],
      skipped: [],
      emptyFiles: [],
      errors: unhandledErrors.map((error) => `${error.name}: ${error.message}`),
    };
    for (const module of modules) {
      const file = relative(this.root, module.moduleId).replaceAll('\\', '/');
      for (const error of module.errors()) results.errors.push(`${file}: ${error.message}`);
      for (const suite of module.children.allSuites()) {
        for (const error of suite.errors()) results.errors.push(`${file} > ${suite.fullName}: ${error.message}`);
      }
      let tests = 0;
      for (const test of module.children.allTests()) {
        tests += 1;
        const { state, note } = test.result();
        const name = `${file} > ${test.fullName}`;
        if (state === 'passed') results.passed += 1;
        else if (state === 'skipped') results.skipped.push({ name, reason: note });
        else results.failed.push(name);
      }
      if (tests === 0 && module.errors().length === 0) results.emptyFiles.push(file);
    }
    mkdirSync(join(this.root, '.results'), { recursive: true });
    writeFileSync(join(this.root, '.results/tests.json'), `${JSON.stringify(results, null, 2)}\n`);
  }
}
