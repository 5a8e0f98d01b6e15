import type { FieldError } from '@sluice/sdk/protocol';
import { parseOutboundUrl } from '../outbound/outbound-url.js';

/** Checks the form only. The address may be a secret, so messages do not repeat it. */
export function problemsOfWebhookUrl(url: string): readonly FieldError[] {
  const parsed = parseOutboundUrl(url);
  if ('problem' in parsed) return [{ pointer: '/url', message: parsed.problem }];
  if (parsed.url.hash === '') return [];
  return [{ pointer: '/url', message: 'must not have a part behind #' }];
}
