import type { ApiClient } from '../../api/client.js';
import { CONFIG, type FlagAddress } from '../../api/addresses.js';
import type { Receipts } from '../../api/types.js';

const FAST_MS = 300;
const SLOW_MS = 3_000;
/** Receipts usually arrive within a second. After this many requests, polling slows down. */
const FAST_ASKS = 20;

/** Polls which instances applied a kill, often at first, until all did or the page closes. */
export class ReceiptsView {
  readonly #api: ApiClient;
  readonly #at: FlagAddress;
  #receipts = $state.raw<Receipts>();
  #unreachable = $state(false);
  #timer: ReturnType<typeof setTimeout> | undefined;
  #stopped = false;
  #asks = 0;
  readonly pending = $derived(
    this.#receipts?.items.filter(({ state }) => state === 'pending') ?? [],
  );
  readonly silent = $derived(this.#receipts?.items.filter(({ state }) => state === 'silent') ?? []);

  constructor(api: ApiClient, at: FlagAddress) {
    this.#api = api;
    this.#at = at;
  }

  get receipts(): Receipts | undefined {
    return this.#receipts;
  }

  /** The last request failed, so the shown numbers may be old. */
  get isUnreachable(): boolean {
    return this.#unreachable;
  }

  /** Returns the stop function; hand it to an effect. */
  watch(): () => void {
    this.#stopped = false;
    this.#asks = 0;
    void this.#ask();
    return () => {
      this.#stopped = true;
      clearTimeout(this.#timer);
    };
  }

  async #ask(): Promise<void> {
    try {
      this.#receipts = await this.#api.get(`${CONFIG}/receipts`, { path: this.#at });
      this.#unreachable = false;
    } catch {
      this.#unreachable = true;
    }
    this.#asks += 1;
    if (!this.#stopped && !this.#isSettled()) {
      this.#timer = setTimeout(() => void this.#ask(), this.#asks < FAST_ASKS ? FAST_MS : SLOW_MS);
    }
  }

  #isSettled(): boolean {
    return !this.#unreachable && this.#receipts?.allOff === true;
  }
}
