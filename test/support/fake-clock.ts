/** A clock that a test advances by hand. */
export class FakeClock {
  #ms: number;

  constructor(start = new Date('2026-03-01T12:00:00.000Z')) {
    this.#ms = start.getTime();
  }

  now(): Date {
    return new Date(this.#ms);
  }

  advance(by: { readonly hours?: number; readonly seconds?: number }): void {
    this.#ms += ((by.hours ?? 0) * 3600 + (by.seconds ?? 0)) * 1000;
  }
}
