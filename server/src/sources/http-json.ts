import type { Outbound } from '../domain/outbound/outbound.js';
import {
  type Measurement,
  measured,
  measurementError,
  noData,
} from '../domain/sources/measurement.js';
import { fillPlaceholders } from '../domain/sources/placeholders.js';
import { askJson, hintOf, isSuccess } from './ask-json.js';
import type { Endpoint, MetricSource } from './metric-source.js';

/** Reads a number from any JSON document. The query is a JSON pointer (RFC 6901) to it. */
export function createHttpJson(outbound: Outbound, endpoint: Endpoint): MetricSource {
  return {
    async read({ query, placeholders }) {
      const url = fillPlaceholders(endpoint.url, placeholders, encodeURIComponent);
      const pointer = fillPlaceholders(query, placeholders, escapeForPointer);
      if (pointer !== '' && !pointer.startsWith('/')) {
        return measurementError('the query must be a JSON pointer, such as /data/errors');
      }
      const asked = await askJson(outbound, endpoint, url);
      if ('failure' in asked) return asked.failure;
      const { status, json } = asked;
      if (!isSuccess(status)) return measurementError(`answered ${status}${hintOf(status)}`);
      return numberOf(valueAt(json, pointer), pointer);
    },
  };
}

function escapeForPointer(value: string): string {
  return value.replaceAll('~', '~0').replaceAll('/', '~1');
}

function valueAt(json: unknown, pointer: string): unknown {
  const places = pointer.split('/').slice(1);
  return places
    .map((place) => place.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce<unknown>((value, place) => {
      if (typeof value !== 'object' || value === null) return undefined;
      if (Array.isArray(value) && !/^(0|[1-9]\d*)$/.test(place)) return undefined;
      return Object.hasOwn(value, place)
        ? (value as Readonly<Record<string, unknown>>)[place]
        : undefined;
    }, json);
}

function numberOf(value: unknown, pointer: string): Measurement {
  if (typeof value === 'number') {
    return Number.isFinite(value) ? measured(value) : noData('the number is not finite');
  }
  if (value === undefined) return noData(`the answer has nothing at "${pointer}"`);
  if (value === null) return noData(`null stands at "${pointer}"`);
  if (typeof value === 'string' && /^([+-]?inf(inity)?|nan)$/i.test(value)) {
    return noData(`"${value}" stands at "${pointer}"`);
  }
  const kind = Array.isArray(value) ? 'a list' : typeof value;
  return measurementError(`a number must stand at "${pointer}", and it is ${kind}`);
}
