import type { AppSettings } from '../config.js';
import type { Outbound } from '../domain/outbound/outbound.js';
import type { Sources } from '../domain/sources/sources.js';
import type { Log } from '../log.js';
import type { Metrics } from '../metrics.js';
import type { AuthenticateOptions } from '../middleware/authenticate.js';
import type { KeyVerifier } from '../services/keys/key-verifier.js';
import type { PasswordHasher } from '../services/sessions/password-hasher.js';
import type { SetupToken } from '../services/setup/setup-token.js';
import type { SendMessageDeps } from '../services/webhooks/send-message.js';
import type { Db } from '../store/db.js';
import type { AdminUi } from './admin-ui-files.js';
import type { DeliveryParts } from './delivery-parts.js';

/** The dependencies of all routes, which `compose.ts` constructs. */
export interface AppDeps {
  readonly settings: AppSettings;
  readonly serverVersion: string;
  readonly log: Log;
  readonly db: Db;
  readonly now: () => Date;
  readonly contextFor: AuthenticateOptions['contextFor'];
  readonly keys: KeyVerifier;
  readonly hasher: PasswordHasher;
  readonly setupToken: SetupToken;
  readonly adminUi: AdminUi;
  readonly delivery: DeliveryParts;
  readonly metrics: Metrics;
  readonly outbound: Outbound;
  readonly sources: Sources;
  /** Sends notifications to webhooks. */
  readonly messages: SendMessageDeps;
  /** Whether this server can answer SDKs, as `/readyz` reports it. */
  readonly readiness: () => Readiness;
}

export interface Readiness {
  readonly ready: boolean;
  /** Public, without authentication, so it must contain no secret. */
  readonly details: Readonly<Record<string, string | number | boolean>>;
}
