import type { Outbound } from '../domain/outbound/outbound.js';
import {
  type Measurement,
  measured,
  measurementError,
  noData,
} from '../domain/sources/measurement.js';
import { fillPlaceholders } from '../domain/sources/placeholders.js';
import { askJson, hintOf, isObject, isSuccess } from './ask-json.js';
import { type Endpoint, type MetricSource, POINT_AGE_MS_MAX } from './metric-source.js';

/** Reads the last point of one target within the last five minutes. */
export function createGraphite(outbound: Outbound, endpoint: Endpoint): MetricSource {
  const base = endpoint.url.replace(/\/+$/, '');
  return {
    async read({ query, placeholders, nowMs }) {
      const target = encodeURIComponent(fillPlaceholders(query, placeholders, escapeForPath));
      const url = `${base}/render?target=${target}&format=json&from=-5min`;
      const asked = await askJson(outbound, endpoint, url);
      if ('failure' in asked) return asked.failure;
      const { status, json } = asked;
      if (!isSuccess(status)) return measurementError(`answered ${status}${hintOf(status)}`);
      if (!Array.isArray(json)) return unexpected();
      if (json.length === 0) return noData('the target finds no series');
      if (json.length > 1) {
        const message = `the target gives ${json.length} series; it must give one`;
        return measurementError(`${message}, as sumSeries(…) does`);
      }
      const [series] = json as readonly unknown[];
      return isObject(series) ? lastOf(series.datapoints, nowMs) : unexpected();
    },
  };
}

/** Escapes a value as one node of a path: all special characters and dots become `_`. */
function escapeForPath(value: string): string {
  return value.replace(/[^A-Za-z0-9_-]/g, '_');
}

/** Points are `[number or null, seconds]`, oldest first. */
function lastOf(points: unknown, nowMs: number): Measurement {
  if (!Array.isArray(points)) return unexpected();
  for (const point of (points as readonly unknown[]).toReversed()) {
    if (!Array.isArray(point)) return unexpected();
    const [value, seconds] = point as readonly unknown[];
    if (value === null) continue;
    if (typeof value !== 'number' || typeof seconds !== 'number') return unexpected();
    if (nowMs - seconds * 1_000 > POINT_AGE_MS_MAX) return noData('the newest point is too old');
    return Number.isFinite(value) ? measured(value) : noData('the newest point is no number');
  }
  return noData('the target has no point in the last five minutes');
}

function unexpected(): Measurement {
  return measurementError('the answer is not that of a Graphite');
}
