import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/support/longest-first.js';
import { HANG_MS } from './test/support/patience.js';
import { sourceAlias as alias } from './test/support/source-alias.js';

const svelteConfig = fileURLToPath(new URL('admin-ui/svelte.config.js', import.meta.url));

const project = (name: string, include: string[], more: object = {}) => ({
  resolve: { alias },
  test: { name, include, environment: 'node', expect: { poll: { timeout: HANG_MS } }, ...more },
});

const build = 'test/support/build.ts';
const directory = 'test/support/run-directory.ts';
const postgres = 'test/support/postgres.ts';
const chromium = 'test/support/chromium.ts';

/** Ends a test that hangs: one that kills a server twenty times takes ten minutes on a busy machine. */
const TEST_MS = 4 * HANG_MS;

const spawning = {
  globalSetup: [build, directory, postgres],
  testTimeout: TEST_MS,
  hookTimeout: TEST_MS,
};

/** State classes hold runes, which only mean something in the browser's build of Svelte. */
const pages = {
  plugins: [svelte({ configFile: svelteConfig })],
  resolve: { alias, conditions: ['browser'] },
  test: {
    name: 'unit-ui',
    include: ['admin-ui/src/**/*.test.ts'],
    environment: 'happy-dom',
    isolate: false,
  },
};

/** Spawned servers and browsers wait as often as they work, so two cores carry three files. */
const maxWorkers = availableParallelism() + 1;

export default defineConfig({
  test: {
    maxWorkers,
    sequence: { sequencer: LongestFirst },
    projects: [
      project('unit', ['{sdk,server}/src/**/*.test.ts', 'test/{conformance,simulate}/*.test.ts'], {
        exclude: ['**/*.db.test.ts', '**/node_modules/**'],
        isolate: false,
        testTimeout: TEST_MS,
      }),
      pages,
      project('tidy', ['test/tidy.test.ts', 'test/tidy/**/*.test.ts'], { testTimeout: TEST_MS }),
      project('db', ['server/src/**/*.db.test.ts'], { ...spawning, isolate: false }),
      project('e2e', ['test/e2e/*.e2e.test.ts'], spawning),
      project('ui', ['test/ui/*.ui.test.ts'], {
        ...spawning,
        globalSetup: [build, directory, chromium],
      }),
    ],
  },
});
