import type { FieldError } from '@sluice/sdk/protocol';
import { parseOutboundUrl } from '../outbound/outbound-url.js';

/** Form only. The address may be a secret, so it is not repeated. */
export function problemsOfWebhookUrl(url: string): readonly FieldError[] {
  const parsed = parseOutboundUrl(url);
  if ('problem' in parsed) return [{ pointer: '/url', message: parsed.problem }];
  if (parsed.url.hash === '') return [];
  return [{ pointer: '/url', message: 'must not have a part behind #' }];
}
