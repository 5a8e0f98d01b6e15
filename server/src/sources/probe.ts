import type { Outbound } from '../domain/outbound/outbound.js';
import { measurementError } from '../domain/sources/measurement.js';
import { fillPlaceholders } from '../domain/sources/placeholders.js';
import { authorizationOf, hintOf, isSuccess } from './ask-json.js';
import type { Endpoint, MetricSource } from './metric-source.js';

/** A health check: a 2xx status is OK, any other is a breach, and no answer is an error. */
export function createProbe(outbound: Outbound, endpoint: Endpoint): MetricSource {
  const { authorization, timeoutMs } = endpoint;
  return {
    async read({ placeholders }) {
      const answer = await outbound.send({
        ...{ method: 'GET', timeoutMs, ignoreBody: true },
        url: fillPlaceholders(endpoint.url, placeholders, encodeURIComponent),
        headers: authorizationOf(authorization),
      });
      if (answer.kind === 'failed') return measurementError(answer.message);
      const { status } = answer;
      return {
        status: isSuccess(status) ? 'OK' : 'BREACH',
        value: status,
        message: `answered ${status}${hintOf(status)}`,
      };
    },
  };
}
