import type { Clock, Timer } from '../clock.js';
import { decodeEventBatch } from '../protocol/decode-event-batch.js';
import { parseJson } from '../protocol/json-text.js';
import { type BatchContents, type BatchPart, POST_AFTER_MS } from './batch-sender.js';
import { OpenSlot } from './open-slot.js';
import { Outbox } from './outbox.js';
import { slotTexts } from './slot-text.js';

/** While a release runs its numbers are sent this often, empty or not. */
export const BEAT_MS = 5_000;

export interface EventBufferDeps {
  readonly clock: Clock;
  /** Server's time, epoch milliseconds. */
  readonly now: () => number;
  /** There is something to post within so many milliseconds. False: nobody will. */
  readonly want: (withinMs: number) => boolean;
  /** What was gathered is lost, and so are the people who were named in it. */
  readonly onLost: () => void;
}

/** Gathers slot by slot; what is over waits as text in the outbox. */
export class EventBuffer implements BatchContents {
  readonly #deps: EventBufferDeps;
  #outbox: Outbox;
  #open: { readonly slot: OpenSlot; readonly timer: Timer } | null = null;
  /** A release runs. */
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

  /** The slot of this moment; the ten seconds of one that is full go on in another. */
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

  /** The slot that is open, without a look at the clock: a timer closes it in time. */
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

  /** All slots that were not sent, the open one included; they are kept. */
  texts(): string[] {
    this.#close();
    return this.#outbox.texts;
  }

  /** Slots that another process could not send; one that is none would spoil a whole batch. */
  restore(texts: readonly string[]): void {
    for (const text of texts) {
      const decoded = decodeEventBatch({ seq: 1, at: 0, slots: [parseJson(text)] });
      const slot = 'value' in decoded ? decoded.value.slots[0] : undefined;
      if (slot === undefined) this.#outbox.drop(1);
      else for (const part of slotTexts(slot)) this.#outbox.add(part);
    }
    if (!this.#outbox.isEmpty) this.#deps.want(0);
  }

  /** Begins again with nothing: somebody else sends what is here. */
  reset(): void {
    this.#open?.timer.cancel();
    this.#open?.slot.close();
    this.#open = null;
    this.#outbox = new Outbox(this.#deps.onLost);
  }

  /** The time of the slot is over. What nobody will post is not kept. */
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
