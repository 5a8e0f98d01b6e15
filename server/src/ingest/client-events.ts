import type { EventBatch, EventBatchAck } from '@sluice/sdk/protocol';
import { LRUCache } from 'lru-cache';
import type { InstanceIdentity } from '../store/instance-store.js';
import type { ReportQueue } from './queue.js';

const SENDERS_MAX = 10_000;

/**
 * What came with a client key, which anybody may have: it feeds charts, and no release is judged by
 * it. Nobody is kept in the list of instances for it, so a repeat is known only to the server that
 * took the first.
 */
export class ClientEvents {
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
