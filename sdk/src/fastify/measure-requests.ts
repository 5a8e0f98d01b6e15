import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FlagClient } from '../flag-client.js';
import { meterOf } from '../telemetry/meter-registry.js';
import { watchResponse } from '../telemetry/watch-response.js';

/** The one method of Fastify that is needed; its own overloads are read by nobody here. */
interface Hooked {
  readonly addHook: (...hook: never[]) => unknown;
}

type AddHook = (
  name: 'onRequest' | 'preValidation',
  hook: (
    request: { readonly raw: IncomingMessage },
    reply: { readonly raw: ServerResponse },
    done: () => void,
  ) => void,
) => unknown;

/**
 * Plugin that measures errors and time of every request, for the side of each release that the
 * request was served.
 *
 * @example
 * await app.register(measureRequests(flags));
 */
export function measureRequests(
  flags: FlagClient,
): (app: Hooked, options: unknown, done: () => void) => void {
  const meter = meterOf(flags);
  const plugin = (app: Hooked, _options: unknown, done: () => void): void => {
    const addHook = app.addHook.bind(app) as unknown as AddHook;
    addHook('onRequest', (request, reply, next) => {
      const scope = meter?.begin(request.raw);
      if (scope === undefined) {
        next();
        return;
      }
      watchResponse(scope, request.raw, reply.raw);
      scope.run(next);
    });
    // A body is read in the context of the socket: the request's own is entered again behind it.
    addHook('preValidation', (request, _reply, next) => {
      const scope = meter?.scopeOf(request.raw);
      if (scope === undefined) next();
      else scope.run(next);
    });
    done();
  };
  // Hooks of a plugin stay inside it unless it says that it is part of the app around it.
  return Object.assign(plugin, { [Symbol.for('skip-override')]: true });
}
