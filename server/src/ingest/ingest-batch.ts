import type { EventBatch, EventBatchAck } from '@sluice/sdk/protocol';
import type { InstanceIdentity } from '../store/instance-store.js';
import type { ReportQueue } from './queue.js';

/** Stores a batch exactly once and acknowledges it: a repeat gets the same answer. */
export async function ingestEvents(
  queue: ReportQueue,
  sender: InstanceIdentity,
  batch: EventBatch,
): Promise<EventBatchAck> {
  const { seq, applied, through } = batch;
  const epoch = applied?.epoch ?? null;
  const revision = applied?.revision ?? null;
  const { environmentId } = sender;
  const report = { ...sender, seq, epoch, revision, through };
  await queue.add(report, { environmentId, isTrusted: true, batch });
  return { seq };
}
