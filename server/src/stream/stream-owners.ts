/** Reports when an owner may no longer be served; returns a function that stops watching. */
export type WatchOwner = (owner: string, onEnd: () => void) => () => void;

interface Owner {
  streams: number;
  readonly unwatch: () => void;
}

/** Counts open streams by owner; each owner is watched once while it has any. */
export class StreamOwners {
  readonly #watch: WatchOwner;
  readonly #onEnd: (owner: string) => void;
  readonly #owners = new Map<string, Owner>();

  constructor(watch: WatchOwner, onEnd: (owner: string) => void) {
    this.#watch = watch;
    this.#onEnd = onEnd;
  }

  count(id: string): number {
    return this.#owners.get(id)?.streams ?? 0;
  }

  add(id: string): void {
    const owner = this.#owners.get(id);
    if (owner) owner.streams += 1;
    else this.#owners.set(id, { streams: 1, unwatch: this.#watch(id, () => this.#onEnd(id)) });
  }

  remove(id: string): void {
    const owner = this.#owners.get(id);
    if (!owner) return;
    owner.streams -= 1;
    if (owner.streams > 0) return;
    this.#owners.delete(id);
    owner.unwatch();
  }
}
