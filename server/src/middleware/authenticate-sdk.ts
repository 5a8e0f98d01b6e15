import { createMiddleware } from 'hono/factory';
import { AppError } from '../domain/errors.js';
import type { SdkKey } from '../domain/sdk-key.js';
import type { KeyVerifier } from '../services/keys/key-verifier.js';
import type { AppEnv } from './app-env.js';
import { bearerOf } from './authenticate.js';

/** Accepts SDK keys of the given kinds and sets the project and environment of the key. */
export function authenticateSdk(
  keys: Pick<KeyVerifier, 'verify'>,
  ...kinds: readonly SdkKey['kind'][]
) {
  return createMiddleware<AppEnv>(async (c, next) => {
    const key = await keys.verify(bearerOf(c));
    if (key === null) throw new AppError('UNAUTHENTICATED', 'this key is unknown or has ended');
    const { id: keyId, kind, projectId, environmentId } = key;
    if (kind === 'admin' || !kinds.includes(kind) || projectId === null || environmentId === null) {
      throw new AppError('FORBIDDEN', `this route needs a ${kinds.join(' or ')} key, got ${kind}`);
    }
    c.set('sdkKey', { keyId, kind, projectId, environmentId });
    await next();
  });
}
