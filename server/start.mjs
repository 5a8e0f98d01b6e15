import { build } from './build.mjs';

/** Builds what is missing, then is the server: signals reach it without a detour. */
if (await build()) {
  await import('./dist/main.js');
} else {
  console.error('The build failed, so nothing was started; the errors are above.');
  process.exitCode = 1;
}
