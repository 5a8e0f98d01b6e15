import type { Outbound } from '../domain/outbound/outbound.js';
import { measurementError, type SourceKind } from '../domain/sources/measurement.js';
import { unknownPlaceholders } from '../domain/sources/placeholders.js';
import type { Sources } from '../domain/sources/sources.js';
import { createGraphite } from './graphite.js';
import { createHttpJson } from './http-json.js';
import type { Endpoint, MetricSource } from './metric-source.js';
import { createProbe } from './probe.js';
import { createPrometheus } from './prometheus.js';

export type { Sources, StoredSource } from '../domain/sources/sources.js';

export interface SourcesDeps {
  readonly outbound: Outbound;
  readonly now: () => Date;
}

const MAKERS: Readonly<
  Record<SourceKind, (outbound: Outbound, endpoint: Endpoint) => MetricSource>
> = {
  prometheus: createPrometheus,
  graphite: createGraphite,
  'http-json': createHttpJson,
  probe: createProbe,
};

const MESSAGE_LENGTH_MAX = 300;

export function makeSources({ outbound, now }: SourcesDeps): Sources {
  const read: Sources['read'] = async (source, query, placeholders) => {
    const [stranger] = unknownPlaceholders(query);
    if (stranger !== undefined) return measurementError(`{{${stranger}}} stands for nothing`);
    const reading = { query, placeholders, nowMs: now().getTime() };
    const measurement = await MAKERS[source.kind](outbound, source).read(reading);
    return { ...measurement, message: shown(measurement.message, source.authorization) };
  };
  return {
    read,
    async measure(source, metric, placeholders) {
      const { key, kind, enabled } = source;
      if (!enabled) return measurementError(`source "${key}" is switched off`);
      if ((kind === 'probe') !== (metric.kind === 'probe')) {
        return measurementError(`source "${key}" is a ${kind}, and the metric a ${metric.kind}`);
      }
      if (metric.kind === 'probe') return read(source, '', placeholders);
      const measurement = await read(source, metric.query, placeholders);
      const { value } = measurement;
      if (measurement.status !== 'OK' || value === null) return measurement;
      const isBreach = metric.op === '<' ? value < metric.value : value > metric.value;
      return isBreach ? { ...measurement, status: 'BREACH' } : measurement;
    },
  };
}

/** Shortens a message to one line and masks the secret, which a server may have echoed. */
function shown(message: string | null, secret: string | null): string | null {
  if (message === null) return null;
  const token = secret?.split(' ').at(-1);
  const safe = token ? message.replaceAll(token, '[secret]') : message;
  return safe.replace(/\p{Cc}+/gu, ' ').slice(0, MESSAGE_LENGTH_MAX);
}
