import { isValidKey, KEY_FORM } from '@sluice/sdk/core';
import type { FieldError } from '@sluice/sdk/protocol';
import type {
  BucketedMetric,
  ComparedMetric,
  MetricDefinition,
  ProbeMetric,
  QueryMetric,
  SloMetric,
} from './metric.js';

const MARGIN_MAX = 10;
const THRESHOLD_MS_MAX = 600_000;
const TICKS_MAX = 100;
const GRACE_SECONDS_MAX = 86_400;
const QUERY_LENGTH_MAX = 4_000;
/** The only event that allows a default threshold, because its usual latency is known. */
const REQUEST = 'http.request';

/** All validation issues of a metric, by JSON pointer, with the expected value. */
export function problemsOfMetric(
  definition: MetricDefinition,
  known: { readonly sources: readonly string[] },
): readonly FieldError[] {
  switch (definition.kind) {
    case 'split':
      return problemsOfCompared(definition);
    case 'mean':
    case 'ratio':
    case 'slowShare':
      return [...problemsOfCompared(definition), ...problemsOfBucketed(definition)];
    case 'slo':
      return problemsOfLimit(definition);
    case 'query':
      return [...problemsOfQuery(definition), ...problemsOfTicks(definition, known.sources)];
    case 'probe':
      return problemsOfTicks(definition, known.sources);
  }
}

function problemsOfCompared({ event, margin, attribution }: ComparedMetric): FieldError[] {
  const belongsToRequest = event.startsWith('http.');
  const expected = belongsToRequest ? 'request' : 'assignment';
  return [
    ...problemsOfEvent('event', event),
    ...unless(
      margin >= 0 && margin <= MARGIN_MAX,
      'margin',
      `must be a share from 0 to ${MARGIN_MAX} (0.05 is 5 %), got ${margin}`,
    ),
    ...unless(
      attribution === expected,
      'attribution',
      `must be "${expected}": ${belongsToRequest ? 'this happens' : 'only http.* happens'} in requests`,
    ),
  ];
}

function problemsOfBucketed(metric: BucketedMetric): FieldError[] {
  const { kind, event, cap, thresholdMs } = metric;
  const isSlowShare = kind === 'slowShare';
  const hasThreshold = thresholdMs !== null;
  return [
    ...unless(cap === null || (cap > 0 && cap <= 1e12), 'cap', `must be above 0, got ${cap}`),
    ...unless(
      cap === null || kind === 'mean',
      'cap',
      'must be null: only values of a mean are capped',
    ),
    ...unless(
      !hasThreshold || (thresholdMs >= 1 && thresholdMs <= THRESHOLD_MS_MAX),
      'thresholdMs',
      `must be from 1 to ${THRESHOLD_MS_MAX} ms, got ${thresholdMs}`,
    ),
    ...unless(isSlowShare || !hasThreshold, 'thresholdMs', `must be null for a ${kind}`),
    ...unless(
      !isSlowShare || hasThreshold || event === REQUEST,
      'thresholdMs',
      `must be given: only of ${REQUEST} is the usual latency known`,
    ),
  ];
}

function problemsOfLimit({ bad, total, limit }: SloMetric): FieldError[] {
  return [
    ...problemsOfEvent('bad', bad),
    ...problemsOfEvent('total', total),
    ...unless(bad !== total, 'total', 'must be another event than "bad", one that holds those too'),
    ...unless(limit > 0 && limit < 1, 'limit', `must be above 0 and below 1, got ${limit}`),
  ];
}

function problemsOfQuery({ query, value }: QueryMetric): FieldError[] {
  const isLengthOk = query.trim().length > 0 && query.length <= QUERY_LENGTH_MAX;
  return [
    ...unless(
      isLengthOk,
      'query',
      `must have 1 to ${QUERY_LENGTH_MAX} characters, got ${query.trim() === '' ? 0 : query.length}`,
    ),
    ...unless(Number.isFinite(value), 'value', 'must be a finite number'),
  ];
}

function problemsOfTicks(
  { source, k, n, graceSeconds }: QueryMetric | ProbeMetric,
  sources: readonly string[],
): FieldError[] {
  const isGraceOk = graceSeconds >= 0 && graceSeconds <= GRACE_SECONDS_MAX;
  return [
    ...unless(sources.includes(source), 'source', `no source "${source}" in this project`),
    ...unless(
      Number.isInteger(n) && n >= 1 && n <= TICKS_MAX,
      'n',
      `must be a whole number from 1 to ${TICKS_MAX}, got ${n}`,
    ),
    ...unless(
      Number.isInteger(k) && k >= 1 && k <= n,
      'k',
      `must be a whole number from 1 to n (${n}), got ${k}`,
    ),
    ...unless(
      isGraceOk,
      'graceSeconds',
      `must be from 0 to ${GRACE_SECONDS_MAX}, got ${graceSeconds}`,
    ),
  ];
}

function problemsOfEvent(field: string, name: string): FieldError[] {
  return unless(isValidKey(name), field, `must be ${KEY_FORM}`);
}

function unless(isGood: boolean, field: string, message: string): FieldError[] {
  return isGood ? [] : [{ pointer: `/definition/${field}`, message }];
}
