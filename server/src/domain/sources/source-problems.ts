import type { FieldError } from '@sluice/sdk/protocol';
import { parseOutboundUrl } from '../outbound/outbound-url.js';
import type { Placeholders, SourceKind } from './measurement.js';
import { fillPlaceholders, unknownPlaceholders } from './placeholders.js';

export interface SourceInput {
  readonly kind: SourceKind;
  readonly url: string;
  /** Absent: unchanged; null: removed. */
  readonly authorization?: string | null | undefined;
}

/** A header value: visible ASCII with single spaces inside. */
const HEADER_VALUE = /^[\x21-\x7e]+( [\x21-\x7e]+)*$/;
const EXAMPLE = { flag: 'flag', release: 'release', environment: 'environment' };
const OTHER = { flag: 'other', release: 'other', environment: 'other' };

/** The address with example values for placeholders, for the URL checks. */
export function exampleUrlOf(url: string): string {
  return fillPlaceholders(url, EXAMPLE, encodeURIComponent);
}

/** Checks the form only; the destination of the address is checked elsewhere. */
export function problemsOfSource(input: SourceInput): readonly FieldError[] {
  const { kind, url, authorization = null } = input;
  const problems: FieldError[] = [];
  const [stranger] = unknownPlaceholders(url);
  const parsed = parseOutboundUrl(exampleUrlOf(url));
  if (stranger !== undefined) {
    const message = `names {{${stranger}}}; there are {{flag}}, {{release}} and {{environment}}`;
    problems.push({ pointer: '/url', message });
  } else if ('problem' in parsed) {
    problems.push({ pointer: '/url', message: parsed.problem });
  } else if (parsed.url.host !== hostWith(url, OTHER)) {
    problems.push({ pointer: '/url', message: 'must not have a placeholder in its host' });
  } else if (parsed.url.hash !== '') {
    problems.push({ pointer: '/url', message: 'must not have a part behind #' });
  } else if (ASKED_BELOW.has(kind) && parsed.url.search !== '') {
    problems.push({ pointer: '/url', message: `must not have a query: ${kind} gets one from us` });
  }
  if (authorization !== null && !HEADER_VALUE.test(authorization)) {
    const message = 'must be what stands in an Authorization header, such as "Bearer …"';
    problems.push({ pointer: '/authorization', message });
  }
  return problems;
}

/**
 * The host must not depend on placeholders, because a flag name could then send the secret
 * elsewhere.
 */
function hostWith(url: string, values: Placeholders): string {
  const filled = fillPlaceholders(url, values, encodeURIComponent);
  return URL.canParse(filled) ? new URL(filled).host : '';
}

/** Sources whose API paths are appended to the address. */
const ASKED_BELOW: ReadonlySet<SourceKind> = new Set(['prometheus', 'graphite']);
