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

const NUMBER = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i;

/** Runs an instant query that must return one series. */
export function createPrometheus(outbound: Outbound, endpoint: Endpoint): MetricSource {
  const base = endpoint.url.replace(/\/+$/, '');
  return {
    async read({ query, placeholders, nowMs }) {
      const filled = fillPlaceholders(query, placeholders, escapeForString);
      const url = `${base}/api/v1/query?query=${encodeURIComponent(filled)}`;
      const asked = await askJson(outbound, endpoint, url);
      if ('failure' in asked) return asked.failure;
      const { status, json } = asked;
      if (!isObject(json) || json.status !== 'success') return refusalOf(status, json);
      if (!isSuccess(status)) return measurementError(`answered ${status}${hintOf(status)}`);
      return resultOf(json.data, nowMs);
    },
  };
}

/** Escapes a value for a quoted label value. */
function escapeForString(value: string): string {
  return value.replace(/["'\\]/g, '\\$&').replaceAll('\n', '\\n');
}

function refusalOf(status: number, json: unknown): Measurement {
  const error = isObject(json) && typeof json.error === 'string' ? `: ${json.error}` : '';
  return measurementError(`answered ${status}${hintOf(status)}${error}`);
}

function resultOf(data: unknown, nowMs: number): Measurement {
  if (!isObject(data)) return unexpected();
  const { resultType, result } = data;
  if (resultType === 'scalar') return sampleOf(result, nowMs);
  if (resultType !== 'vector') {
    const got = typeof resultType === 'string' ? resultType : 'something else';
    return measurementError(`the query gives a ${got}; it must give a number for this moment`);
  }
  if (!Array.isArray(result)) return unexpected();
  if (result.length === 0) return noData('the query finds no series');
  if (result.length > 1) {
    const message = `the query gives ${result.length} series; it must give one, as sum(…) does`;
    return measurementError(message);
  }
  const [series] = result as readonly unknown[];
  return isObject(series) ? sampleOf(series.value, nowMs) : unexpected();
}

/** A sample is `[seconds, "number"]`. */
function sampleOf(sample: unknown, nowMs: number): Measurement {
  if (!Array.isArray(sample)) return unexpected();
  const [seconds, text] = sample as readonly unknown[];
  if (typeof seconds !== 'number' || typeof text !== 'string') return unexpected();
  if (nowMs - seconds * 1_000 > POINT_AGE_MS_MAX) return noData('the newest point is too old');
  if (NUMBER.test(text) && Number.isFinite(Number(text))) return measured(Number(text));
  return /^([+-]?inf|nan)$/i.test(text) ? noData(`the query gives ${text}`) : unexpected();
}

function unexpected(): Measurement {
  return measurementError('the answer is not that of a Prometheus');
}
