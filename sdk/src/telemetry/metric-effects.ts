import { isRecord, own } from '../core/json.js';
import { isValidKey } from '../core/problems/key.js';
import type { ReleaseMetric } from '../core/ruleset.js';

export const REQUEST_EVENT = 'http.request';
export const ERROR_EVENT = 'http.error';
export const CRASH_EVENT = 'http.crash';

const KINDS: readonly unknown[] = ['split', 'mean', 'ratio', 'slowShare', 'slo'];
/** As many as a number has bits to remember them by. */
const SPLITS_MAX = 31;

/** What one event does to one metric of a release. */
export interface Effect {
  readonly metric: ReleaseMetric;
  /** What the numerator gains; `split`: the person is named instead. */
  readonly sum: 'split' | 'one' | 'value' | 'slow' | 'nothing';
  /** What the denominator gains. */
  readonly count: 0 | 1;
  /** Marks in a person that the metric has named them; 0: it names them each time. */
  readonly bit: number;
}

/** Effects by event. A metric that cannot be read, or lacks what its kind needs, has none. */
export function effectsOf(metrics: unknown): ReadonlyMap<string, readonly Effect[]> {
  const effects = new Map<string, Effect[]>();
  const usable = (Array.isArray(metrics) ? metrics : []).filter(isUsable);
  for (const [index, metric] of usable.entries()) {
    const bit = index < SPLITS_MAX ? 1 << index : 0;
    const counted = countedEvent(metric);
    for (const event of new Set([metric.event, counted ?? metric.event])) {
      const sum = event === metric.event ? sumOf(metric) : 'nothing';
      const effect: Effect = { metric, sum, count: event === counted ? 1 : 0, bit };
      effects.set(event, [...(effects.get(event) ?? []), effect]);
    }
  }
  return effects;
}

function isUsable(metric: unknown): metric is ReleaseMetric {
  if (!isRecord(metric)) return false;
  const [key, kind, event] = [own(metric, 'key'), own(metric, 'kind'), own(metric, 'event')];
  if (typeof key !== 'string' || !isValidKey(key) || typeof event !== 'string') return false;
  if (kind === 'slowShare' && typeof own(metric, 'thresholdMs') !== 'number') return false;
  return KINDS.includes(kind);
}

function sumOf({ kind }: ReleaseMetric): Effect['sum'] {
  if (kind === 'split') return 'split';
  if (kind === 'mean') return 'value';
  return kind === 'slowShare' ? 'slow' : 'one';
}

/** The event that the denominator counts; none where the server counts people. */
function countedEvent({ kind, event, total, per, attribution }: ReleaseMetric): string | null {
  if (kind === 'split') return null;
  if (kind === 'slo') return total ?? null;
  if (per === 'unit') return null;
  return attribution === 'request' ? REQUEST_EVENT : event;
}
