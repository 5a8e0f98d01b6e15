import type { Outbound } from '../../domain/outbound/outbound.js';
import { assertValid } from '../../domain/refusals.js';
import { problemsOfWebhookUrl } from '../../domain/webhooks/webhook-problems.js';

/** Before any transaction: a name is looked up, which may take its time. */
export async function assertWebhookUrl(outbound: Outbound, url: string): Promise<void> {
  assertValid(problemsOfWebhookUrl(url));
  const problem = await outbound.problemOfUrl(url);
  assertValid(problem === null ? [] : [{ pointer: '/url', message: problem }]);
}
