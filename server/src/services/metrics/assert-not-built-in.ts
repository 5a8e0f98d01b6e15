import { BUILT_IN_METRICS } from '../../domain/metrics/built-in-metrics.js';
import { conflict } from '../../domain/refusals.js';

export function assertNotBuiltIn(key: string): void {
  if (!BUILT_IN_METRICS.some((metric) => metric.key === key)) return;
  throw conflict(`metric "${key}" is built in: make one of your own under another key instead`);
}
