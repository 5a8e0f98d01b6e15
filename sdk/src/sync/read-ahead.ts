import type { Clock, Timer } from '../clock.js';
import type { CompiledFlag } from '../core/compiled-flag.js';
import type { FlagTable } from '../core/flag-table.js';

const SLICE_MS = 2;
/** Longer than a slice, so that the app gets most of the CPU time. */
const PAUSE_MS = 5;

/**
 * Parses flags that are slow to parse, such as flags with patterns, before their first evaluation.
 * It works in short slices, so that it never blocks the event loop. Newer rules stop the parsing of
 * older ones.
 */
export class ReadAhead {
  readonly #clock: Clock;
  #flags: FlagTable | undefined;
  /** Undefined: all of `#flags`. */
  #left: CompiledFlag[] | undefined;
  #timer: Timer | null = null;
  #isClosed = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  begin(flags: FlagTable): void {
    if (this.#isClosed) return;
    const known = this.#timer === null ? this.#flags : undefined;
    this.#left = known && replacedFlags(flags, known);
    this.#flags = flags;
    this.#timer ??= this.#nextSlice();
  }

  close(): void {
    this.#isClosed = true;
    this.#timer?.cancel();
  }

  #nextSlice(): Timer {
    return this.#clock.setTimer(() => this.#read(), PAUSE_MS);
  }

  #read(): void {
    const endsAt = this.#clock.monotonic() + SLICE_MS;
    this.#left ??= this.#flags?.list() ?? [];
    const left = this.#left;
    for (let flag = left.at(-1); flag !== undefined; flag = left.at(-1)) {
      if (!flag.readAhead()) left.pop();
      if (this.#clock.monotonic() >= endsAt) break;
    }
    this.#timer = left.length > 0 ? this.#nextSlice() : null;
  }
}

function replacedFlags(flags: FlagTable, before: FlagTable): CompiledFlag[] {
  return [...flags.replacedSince(before)].flatMap((key) => flags.get(key) ?? []);
}
