import type { HttpBindings } from '@hono/node-server';
import type { SdkKey } from '../domain/sdk-key.js';
import type { Ctx } from '../services/context.js';
import type { SignedIn } from '../services/sessions/verify-session.js';

/** The values that middleware sets on a request for its handler. */
export interface AppEnv {
  Bindings: Partial<HttpBindings>;
  Variables: {
    requestId: string;
    /** The client's address in canonical form, from the socket or a trusted proxy. */
    clientIp: string;
    /** Set on every management route that requires authentication. */
    ctx: Ctx;
    /** Set when the caller authenticated with a session cookie. */
    session?: SignedIn;
    /** Set on `/sdk/v1` routes. */
    sdkKey: SdkKey;
  };
}
