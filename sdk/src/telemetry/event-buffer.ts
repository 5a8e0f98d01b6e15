import type { Clock, Timer } from '../clock.js';
import { decodeEventBatch } from '../protocol/decode-event-batch.js';
import { parseJson } from '../protocol/json-text.js';
import { type BatchContents, type BatchPart, POST_AFTER_MS } from './batch-sender.js';
import { OpenSlot } from './open-slot.js';
import { Outbox } from './outbox.js';
import { slotTexts } from './slot-text.js';

/** The interval between batches while a release runs, even without events. */
export const BEAT_MS = 5_000;

export interface EventBufferDeps {
  readonly clock: Clock;
  /** Server time, epoch milliseconds. */
  readonly now: () => number;
  /** Requests a post within this many milliseconds. Returns false when there is no sender. */
  readonly want: (withinMs: number) => boolean;
  /** Events were lost, including the first reports of users. */
  readonly onLost: () => void;
}

/** Collects events in slots. A finished slot waits as text in the outbox. */
export class EventBuffer implements BatchContents {
  readonly #deps: EventBufferDeps;
  #outbox: Outbox;
  #open: { readonly slot: OpenSlot; readonly timer: Timer } | null = null;
  /** True while a release runs. */
  #beats = false;

  constructor(deps: EventBufferDeps) {
    this.#deps = deps;
    this.#outbox = new Outbox(deps.onLost);
  }

  get isEmpty(): boolean {
    return this.#open === null && this.#outbox.isEmpty;
  }

  get isFull(): boolean {
    return this.#outbox.isFull;
  }

  /** Events that could not be kept or sent. */
  get dropped(): number {
    return this.#outbox.droppedInAll;
  }

  get beatMs(): number | null {
    return this.#beats ? BEAT_MS : null;
  }

  set beats(beats: boolean) {
    if (beats && !this.#beats) this.#deps.want(BEAT_MS);
    this.#beats = beats;
  }

  /**
   * The slot at this time. When a slot is full, a second one covers the rest of its ten seconds.
   */
  slotAt(now: number): OpenSlot {
    const open = this.#open?.slot;
    if (open !== undefined && (now >= open.endsAt || open.budget.isFull)) this.#end();
    if (this.#open === null) {
      const slot = new OpenSlot(now);
      const timer = this.#deps.clock.setTimer(() => this.#end(), slot.endsAt - now);
      this.#open = { slot, timer };
      this.#deps.want(POST_AFTER_MS);
    }
    return this.#open.slot;
  }

  /** The open slot. It does not read the clock, because a timer closes the slot in time. */
  slot(): OpenSlot {
    const slot = this.#open?.slot;
    return slot === undefined || slot.budget.isFull ? this.slotAt(this.#deps.now()) : slot;
  }

  addUnknown(key: string): void {
    if (this.#outbox.addUnknown(key)) this.#deps.want(POST_AFTER_MS);
  }

  addUnattributed(): void {
    this.#outbox.addUnattributed();
  }

  lose(events: number): void {
    this.#outbox.lose(events);
  }

  take(): BatchPart {
    this.#close();
    return this.#outbox.take(Math.floor(this.#deps.now()));
  }

  /** All slots that were not sent, including the open one. They stay in the outbox. */
  texts(): string[] {
    this.#close();
    return this.#outbox.texts;
  }

  /** Adds slots of a crashed process. Checks each, because an invalid one would spoil its batch. */
  restore(texts: readonly string[]): void {
    for (const text of texts) {
      const decoded = decodeEventBatch({ seq: 1, at: 0, slots: [parseJson(text)] });
      const slot = 'value' in decoded ? decoded.value.slots[0] : undefined;
      if (slot === undefined) this.#outbox.drop(1);
      else for (const part of slotTexts(slot)) this.#outbox.add(part);
    }
    if (!this.#outbox.isEmpty) this.#deps.want(0);
  }

  /** Drops everything, because the original process sends it. */
  reset(): void {
    this.#open?.timer.cancel();
    this.#open?.slot.close();
    this.#open = null;
    this.#outbox = new Outbox(this.#deps.onLost);
  }

  /** Called when the time of the slot is over. Drops the events when there is no sender. */
  #end(): void {
    this.#close();
    if (this.#deps.want(this.#outbox.isFull ? 0 : POST_AFTER_MS)) return;
    this.#outbox = new Outbox(this.#deps.onLost);
    this.#deps.onLost();
  }

  #close(): void {
    if (this.#open === null) return;
    const { slot, timer } = this.#open;
    timer.cancel();
    this.#open = null;
    for (const text of slotTexts(slot.close())) this.#outbox.add(text);
    this.#outbox.drop(slot.budget.dropped);
  }
}
