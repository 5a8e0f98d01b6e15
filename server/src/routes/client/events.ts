import { decodeEventBatch } from '@sluice/sdk/protocol';
import { Hono } from 'hono';
import { AppError } from '../../domain/errors.js';
import { ClientBatches, ingestBatch } from '../../ingest/ingest-batch.js';
import type { AppEnv } from '../../middleware/app-env.js';
import { jsonBody, MIB } from '../../middleware/json-body.js';
import type { DeliveryParts } from '../delivery-parts.js';
import { requireSender } from './sdk-sender.js';

/** Receives batches of events from SDKs, with the revision that they have applied. */
export function eventRoutes({ reports }: Pick<DeliveryParts, 'reports'>) {
  const clientBatches = new ClientBatches(reports);
  return new Hono<AppEnv>().post('/events', jsonBody(MIB), async (c) => {
    const sender = requireSender(c);
    const decoded = decodeEventBatch(await c.req.json());
    if ('problem' in decoded) throw new AppError('VALIDATION_FAILED', decoded.problem);
    const isClient = c.get('sdkKey').kind === 'client';
    if (isClient) return c.json(await clientBatches.ingest(sender, decoded.value));
    return c.json(await ingestBatch(reports, sender, decoded.value));
  });
}
