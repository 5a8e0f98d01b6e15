import { isValidKey } from '../core/problems/key.js';
import { SLOTS_MAX } from '../protocol/decode-event-batch.js';
import type { SlotText } from './slot-text.js';

/** Limit for the slots of one batch, which leaves room for the rest below 1 MiB. */
const BATCH_LENGTH_MAX = 900_000;
const BATCHES_MAX = 20;
const UNKNOWN_MAX = 1_000;

/** Finished slots that wait to be sent, oldest first; 20 batches at most. */
export class Outbox {
  #slots: SlotText[] = [];
  #length = 0;
  #unknown = new Set<string>();
  #unattributed = 0;
  #dropped = 0;
  #droppedInAll = 0;
  readonly #onLost: () => void;

  /** `onLost` is called when slots are dropped, and with them the first reports of users. */
  constructor(onLost: () => void) {
    this.#onLost = onLost;
  }

  get isEmpty(): boolean {
    const said = this.#unknown.size + this.#unattributed + this.#dropped;
    return this.#slots.length === 0 && said === 0;
  }

  get droppedInAll(): number {
    return this.#droppedInAll;
  }

  /** There is at least one full batch. */
  get isFull(): boolean {
    return this.#length >= BATCH_LENGTH_MAX || this.#slots.length >= SLOTS_MAX;
  }

  add(slot: SlotText): void {
    if (slot.text.length > BATCH_LENGTH_MAX) {
      this.lose(slot.weight);
      return;
    }
    this.#slots.push(slot);
    this.#length += slot.text.length;
    while (this.#length > BATCH_LENGTH_MAX * BATCHES_MAX) this.lose(this.#shift().weight);
  }

  /** Drops slots that will never arrive. */
  lose(events: number): void {
    this.drop(events);
    this.#onLost();
  }

  /** The pending slots as JSON. They stay pending. */
  get texts(): string[] {
    return this.#slots.map(({ text }) => text);
  }

  /** Adds a key once per batch; returns false when it is not new. Invalid keys are only logged. */
  addUnknown(key: string): boolean {
    const { size } = this.#unknown;
    if (size < UNKNOWN_MAX && isValidKey(key)) this.#unknown.add(key);
    return this.#unknown.size > size;
  }

  addUnattributed(): void {
    this.#unattributed += 1;
  }

  /** Counts events that could not be kept. */
  drop(events: number): void {
    this.#dropped += events;
    this.#droppedInAll += events;
  }

  /**
   * Returns the next batch as JSON members, and its number of events. The batch is complete up to
   * `now` (null: unknown), or up to the oldest slot that did not fit into it.
   */
  take(now: number | null): { readonly members: string; readonly weight: number } {
    const slots: SlotText[] = [];
    let length = 0;
    for (let next = this.#slots[0]; next !== undefined; next = this.#slots[0]) {
      length += next.text.length;
      if (length > BATCH_LENGTH_MAX || slots.length === SLOTS_MAX) break;
      slots.push(this.#shift());
    }
    const through = now === null ? null : Math.min(now, this.#slots[0]?.from ?? now);
    const members = [
      `"through":${through}`,
      `"slots":[${slots.map(({ text }) => text).join(',')}]`,
      `"unknown":${JSON.stringify([...this.#unknown])}`,
      `"unattributed":${this.#unattributed}`,
      `"dropped":${this.#dropped}`,
    ].join(',');
    const weight = slots.reduce((sum, slot) => sum + slot.weight, this.#dropped);
    this.#unknown = new Set();
    this.#unattributed = 0;
    this.#dropped = 0;
    return { members, weight };
  }

  #shift(): SlotText {
    const slot = this.#slots.shift() as SlotText;
    this.#length -= slot.text.length;
    return slot;
  }
}
