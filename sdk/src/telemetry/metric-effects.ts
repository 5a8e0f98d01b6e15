import { isRecord, own } from '../core/json.js';
import { isValidKey } from '../core/problems/key.js';
import type { ReleaseMetric } from '../core/ruleset.js';

export const REQUEST_EVENT = 'http.request';
export const ERROR_EVENT = 'http.error';
export const CRASH_EVENT = 'http.crash';

const KINDS: readonly unknown[] = ['split', 'mean', 'ratio', 'slowShare', 'slo'];
/** The number of bits available to record reports of users. */
const SPLITS_MAX = 31;

/** The effect of one event on one metric of a release. */
export interface Effect {
  readonly metric: ReleaseMetric;
  /** The addition to the numerator. `split`: the user is reported instead. */
  readonly sum: 'split' | 'one' | 'value' | 'slow' | 'nothing';
  /** The addition to the denominator. */
  readonly count: 0 | 1;
  /** The bit that records that a user was reported for the metric; 0: every event is reported. */
  readonly bit: number;
}

/** Effects by event. A metric that is invalid or incomplete has none. */
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

/** The event that the denominator counts; null when the server counts users instead. */
function countedEvent({ kind, event, total, per, attribution }: ReleaseMetric): string | null {
  if (kind === 'split') return null;
  if (kind === 'slo') return total ?? null;
  if (per === 'unit') return null;
  return attribution === 'request' ? REQUEST_EVENT : event;
}
