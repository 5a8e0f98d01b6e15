import type { Config } from './config.js';
import type { Outbound } from './domain/outbound/outbound.js';
import type { Sources } from './domain/sources/sources.js';
import type { Log } from './log.js';
import type { WebhookOutcome } from './metrics.js';
import { keepDerivingMarkers } from './services/markers/derive-markers.js';
import type { SendMessageDeps } from './services/webhooks/send-message.js';
import { WebhookDispatcher } from './services/webhooks/webhook-dispatcher.js';
import { makeSources } from './sources/make-sources.js';
import { createOutboundClient } from './sources/outbound-client.js';
import type { Db } from './store/db.js';

export interface OutsideDeps {
  readonly config: Config;
  readonly db: Db;
  readonly log: Log;
  readonly now: () => Date;
  /** A number in [0, 1). */
  readonly random: () => number;
  readonly onWebhookAttempt: (outcome: WebhookOutcome) => void;
}

export interface Outside {
  readonly outbound: Outbound;
  readonly sources: Sources;
  readonly messages: SendMessageDeps;
  start(): void;
  stop(): Promise<void>;
}

/** Creates the connections to other systems: metric sources, webhooks and derived markers. */
export function composeOutside(deps: OutsideDeps): Outside {
  const { config, db, log, now, random, onWebhookAttempt: onAttempt } = deps;
  const outbound = createOutboundClient({ allowed: config.outboundAllowed });
  const { publicOrigin, basePath } = config;
  const publicUrl = publicOrigin === null ? null : publicOrigin + basePath;
  const messages = { outbound, now, publicUrl };
  const dispatcher = new WebhookDispatcher({ ...messages, db, log, random, onAttempt });
  let stopDeriving: (() => void) | undefined;
  return {
    outbound,
    sources: makeSources({ outbound, now }),
    messages,
    start() {
      stopDeriving = keepDerivingMarkers({ db, log });
      dispatcher.start();
    },
    async stop() {
      stopDeriving?.();
      await dispatcher.stop();
    },
  };
}
