import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FlagClient } from '../flag-client.js';
import { meterOf } from '../telemetry/meter-registry.js';
import { watchResponse } from '../telemetry/watch-response.js';

/** The only method of Fastify that is used. Its overloads do not matter here. */
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
 * Plugin that measures errors and duration of every request, for the group that the request was
 * served in each release.
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
    // Fastify reads a body in the context of the socket, so the request's scope is entered again
    // here.
    addHook('preValidation', (request, _reply, next) => {
      const scope = meter?.scopeOf(request.raw);
      if (scope === undefined) next();
      else scope.run(next);
    });
    done();
  };
  // Without this symbol Fastify would apply the hooks only inside the plugin.
  return Object.assign(plugin, { [Symbol.for('skip-override')]: true });
}
