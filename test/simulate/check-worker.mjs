/** Runs one check after the other, as it is told their numbers. */
import { parentPort, workerData } from 'node:worker_threads';
import { CHECKS } from './dist/simulate/checks.js';
import { engine } from './engine.mjs';

const session = { ...workerData, engine };
parentPort.on('message', (index) => {
  const since = performance.now();
  const rows = CHECKS[index](session);
  parentPort.postMessage({ index, rows, seconds: (performance.now() - since) / 1000 });
});
