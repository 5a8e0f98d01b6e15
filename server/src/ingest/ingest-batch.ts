import type { EventBatch, EventBatchAck } from '@sluice/sdk/protocol';
import { LRUCache } from 'lru-cache';
import type { InstanceIdentity } from '../store/instance-store.js';
import type { ReportQueue } from './queue.js';

/**
 * Stores a batch that came with a server key exactly once, and acknowledges it. A repeat gets the
 * same answer.
 */
export async function ingestBatch(
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

const SENDERS_MAX = 10_000;

/**
 * Batches that came with a client key. Anyone can have such a key, so these batches feed charts but
 * no evidence. Their senders are not in the list of instances, so only the server that stored a
 * batch recognizes its repeat.
 */
export class ClientBatches {
  readonly #queue: ReportQueue;
  readonly #seqs = new LRUCache<string, number>({ max: SENDERS_MAX });

  constructor(queue: ReportQueue) {
    this.#queue = queue;
  }

  async ingest(sender: InstanceIdentity, batch: EventBatch): Promise<EventBatchAck> {
    const { environmentId, instanceId } = sender;
    const { seq } = batch;
    const id = `${environmentId} ${instanceId}`;
    const before = this.#seqs.get(id) ?? 0;
    if (seq <= before) return { seq };
    this.#seqs.set(id, seq);
    try {
      await this.#queue.add(null, { environmentId, isTrusted: false, batch });
    } catch (error) {
      this.#seqs.set(id, before);
      throw error;
    }
    return { seq };
  }
}
