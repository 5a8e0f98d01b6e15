import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import type { Reporter, TestCase } from 'vitest/node';
import { sourceAlias } from '../support/source-alias.js';

/** A skipped test would look like a passed one in CI, so it fails the run. */
const failOnSkipped: Reporter = {
  onTestCaseResult(test: TestCase) {
    if (test.result().state !== 'skipped') return;
    console.error(`skipped, which fails the run: ${test.fullName}`);
    process.exitCode = 1;
  },
};

export default defineConfig({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  resolve: { alias: sourceAlias },
  test: {
    name: 'system',
    include: ['test/system/*.system.test.ts'],
    environment: 'node',
    globalSetup: ['test/support/run-directory.ts', 'test/support/postgres.ts'],
    reporters: ['default', failOnSkipped],
    allowOnly: false,
    maxWorkers: 2,
    testTimeout: 300_000,
    hookTimeout: 600_000,
  },
});
