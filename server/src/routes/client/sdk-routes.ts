import { Hono } from 'hono';
import type { AppEnv } from '../../middleware/app-env.js';
import { authenticateSdk } from '../../middleware/authenticate-sdk.js';
import type { AppDeps } from '../app-deps.js';
import { eventRoutes } from './events.js';
import { rulesetRoutes } from './ruleset.js';
import { streamRoutes } from './stream.js';

/** `/sdk/v1`: only server keys may read rules; server and client keys may send events. */
export function sdkRoutes({ keys, delivery, now }: AppDeps): Hono<AppEnv> {
  const sdk = new Hono<AppEnv>();
  const forServers = authenticateSdk(keys, 'server');
  const forAll = authenticateSdk(keys, 'server', 'client');
  sdk.use('*', (c, next) => (c.req.path.endsWith('/events') ? forAll : forServers)(c, next));
  sdk.route('/', rulesetRoutes({ ...delivery, now }));
  sdk.route('/', streamRoutes({ ...delivery, now }));
  sdk.route('/', eventRoutes(delivery));
  return sdk;
}
