import { Hono } from 'hono';
import type { AppEnv } from '../../middleware/app-env.js';
import { authenticateSdk } from '../../middleware/authenticate-sdk.js';
import type { AppDeps } from '../app-deps.js';
import { eventRoutes } from './events.js';
import { rulesetRoutes } from './ruleset.js';
import { streamRoutes } from './stream.js';

/** `/sdk/v1`: rules go to server keys only. */
export function sdkRoutes({ keys, delivery, now }: AppDeps): Hono<AppEnv> {
  const sdk = new Hono<AppEnv>();
  sdk.use('*', authenticateSdk(keys, 'server'));
  sdk.route('/', rulesetRoutes(delivery));
  sdk.route('/', streamRoutes({ ...delivery, now }));
  sdk.route('/', eventRoutes(delivery));
  return sdk;
}
