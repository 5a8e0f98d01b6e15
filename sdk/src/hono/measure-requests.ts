import { IncomingMessage, ServerResponse } from 'node:http';
import type { FlagClient } from '../flag-client.js';
import { meterOf } from '../telemetry/meter-registry.js';
import type { RequestScope } from '../telemetry/request-scope.js';
import { isEventStream, watchResponse } from '../telemetry/watch-response.js';

/** The part of a Hono context that is used; Hono's own type fits. */
interface HonoContext {
  readonly env: unknown;
  readonly req: { readonly raw: object; header(name: string): string | undefined };
  readonly res: { readonly status: number; readonly headers: { get(name: string): string | null } };
}

/**
 * Middleware that measures errors and duration of every later request, for the group that the
 * request was served in each release. Install it before your routes.
 *
 * @example
 * app.use(measureRequests(flags));
 */
export function measureRequests(
  flags: FlagClient,
): (c: HonoContext, next: () => Promise<void>) => Promise<void> {
  const meter = meterOf(flags);
  return async (c, next) => {
    const scope = meter?.begin(c.req.raw);
    if (scope === undefined) return await next();
    const { incoming, outgoing } = (c.env ?? {}) as Record<string, unknown>;
    if (incoming instanceof IncomingMessage && outgoing instanceof ServerResponse) {
      watchResponse(scope, incoming, outgoing);
      return await scope.run(next);
    }
    await watchNext(scope, c, next);
  };
}

/** Without access to the socket, the response counts as finished when the handler returns it. */
async function watchNext(
  scope: RequestScope,
  c: HonoContext,
  next: () => Promise<void>,
): Promise<void> {
  try {
    await scope.run(next);
  } catch (error) {
    scope.end(true);
    throw error;
  }
  const { status, headers } = c.res;
  const isMeasured = status !== 101 && !isEventStream(headers.get('content-type'));
  if (isMeasured && c.req.header('upgrade') === undefined) scope.end(status >= 500);
  else scope.leave();
}
