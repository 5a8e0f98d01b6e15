import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FlagClient } from '../flag-client.js';
import { meterOf } from '../telemetry/meter-registry.js';
import { watchResponse } from '../telemetry/watch-response.js';

/**
 * Middleware that measures errors and duration of every later request, for the group that the
 * request was served in each release. Install it before your routes.
 *
 * @example
 * app.use(measureRequests(flags));
 */
export function measureRequests(
  flags: FlagClient,
): (request: IncomingMessage, response: ServerResponse, next: () => void) => void {
  const meter = meterOf(flags);
  return (request, response, next) => {
    const scope = meter?.begin(request);
    if (scope === undefined) {
      next();
      return;
    }
    watchResponse(scope, request, response);
    scope.run(next);
  };
}
