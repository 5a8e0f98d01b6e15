import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FlagClient } from '../flag-client.js';
import { meterOf } from '../telemetry/meter-registry.js';
import type { RequestScope } from '../telemetry/request-scope.js';
import { watchResponse } from '../telemetry/watch-response.js';

type Handler = (request: IncomingMessage, response: ServerResponse) => unknown;

/**
 * Measures errors and duration of every request that `handler` answers, for the group that the
 * request was served in each release.
 *
 * @example
 * createServer(measureRequests(flags, (request, response) => {
 *   response.end(flags.isActive('awesome', request) ? newPage() : oldPage());
 * })).listen(3000);
 */
export function measureRequests(
  flags: FlagClient,
  handler: Handler,
): (request: IncomingMessage, response: ServerResponse) => void {
  const meter = meterOf(flags);
  return (request, response) => {
    const scope = meter?.begin(request);
    if (scope === undefined) {
      handler(request, response);
      return;
    }
    watchResponse(scope, request, response);
    scope.run(() => watchHandler(scope, () => handler(request, response)));
  };
}

/** Counts an exception of the handler as an error at once and rethrows it. */
function watchHandler(scope: RequestScope, handle: () => unknown): void {
  const fail = (error: unknown): never => {
    scope.end(true);
    throw error;
  };
  try {
    const handled = handle();
    if (handled instanceof Promise) void handled.catch(fail);
  } catch (error) {
    fail(error);
  }
}
