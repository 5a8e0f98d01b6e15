import type { HttpBindings } from '@hono/node-server';
import type { SdkKey } from '../domain/sdk-key.js';
import type { Ctx } from '../services/context.js';
import type { SignedIn } from '../services/sessions/verify-session.js';

/** What the middleware leaves on the request for the handlers. */
export interface AppEnv {
  Bindings: Partial<HttpBindings>;
  Variables: {
    requestId: string;
    /** The caller's address: of the socket, or told by a trusted proxy. Canonical text. */
    clientIp: string;
    /** Set on every management route that needs somebody. */
    ctx: Ctx;
    /** Set when that somebody came with a session cookie. */
    session?: SignedIn;
    /** Set on `/sdk/v1` routes. */
    sdkKey: SdkKey;
  };
}
