import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** What this run has built already: projects that need the same do not build it again. */
const VARIABLE = 'SLUICE_TEST_BUILT';

/**
 * Spawned processes run the build, so bring it up to date once (a no-op when it is). Types are
 * checked elsewhere: what has an error in them is built all the same, and may be tested.
 */
export function setup({ name }: TestProject): void {
  const wanted = name === 'ui' ? 'everything' : 'server';
  if ([wanted, 'everything'].includes(process.env[VARIABLE] ?? '')) return;
  const less = wanted === 'everything' ? [] : ['--without-admin-ui'];
  const { status } = spawnSync(process.execPath, ['server/build.mjs', ...less], {
    cwd: root,
    stdio: 'inherit',
  });
  if (status !== 0) console.warn('the build has errors (above); the tests run what it made');
  process.env[VARIABLE] = wanted;
}
