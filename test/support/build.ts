import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Spawned processes run the build, so bring it up to date once (a no-op when it is). */
export function setup(): void {
  execFileSync(process.execPath, ['server/build.mjs'], { cwd: root, stdio: 'inherit' });
}
