import { AsyncLocalStorage } from 'node:async_hooks';
import type { Clock, Timer } from '../clock.js';
import { RequestScope, type ScopeOwner } from './request-scope.js';

/** Interval between checks for slow requests. */
const SCAN_MS = 1_000;

export interface RequestMeterEvents {
  onEnd(scope: RequestScope, ms: number, isError: boolean): void;
  /** The request is still running after this many milliseconds. */
  onSlow(scope: RequestScope, ms: number): void;
}

type Marked = Record<symbol, RequestScope | undefined>;

/** Tracks the requests in progress, and the request that the running code belongs to. */
export class RequestMeter implements ScopeOwner {
  readonly #clock: Clock;
  readonly #events: RequestMeterEvents;
  readonly #open = new Set<RequestScope>();
  /** The property with the scope of a request. It costs a tenth of an entry in a WeakMap. */
  readonly #mark = Symbol('sluice');
  /** Created for the first request, so that an app without measurement does not pay for it. */
  #storage: AsyncLocalStorage<RequestScope> | null = null;
  #timer: Timer | null = null;

  constructor(clock: Clock, events: RequestMeterEvents) {
    this.#clock = clock;
    this.#events = events;
  }

  get current(): RequestScope | undefined {
    return this.#storage?.getStore();
  }

  get open(): Iterable<RequestScope> {
    return this.#open;
  }

  /**
   * Returns undefined when the request is already measured, because the middleware may be installed
   * twice, or when the request object is frozen.
   */
  begin(request: object): RequestScope | undefined {
    if (this.scopeOf(request) !== undefined || !Object.isExtensible(request)) return undefined;
    const scope = new RequestScope(this, this.#clock.monotonic());
    (request as Marked)[this.#mark] = scope;
    this.#open.add(scope);
    this.#timer ??= this.#nextScan();
    return scope;
  }

  scopeOf(request: object): RequestScope | undefined {
    return (request as Marked)[this.#mark];
  }

  run<T>(scope: RequestScope, work: () => T): T {
    this.#storage ??= new AsyncLocalStorage();
    return this.#storage.run(scope, work);
  }

  end(scope: RequestScope, isError: boolean | null): void {
    if (!this.#open.delete(scope) || isError === null) return;
    this.#events.onEnd(scope, this.#clock.monotonic() - scope.startedAt, isError);
  }

  #nextScan(): Timer {
    return this.#clock.setTimer(() => this.#scan(), SCAN_MS);
  }

  #scan(): void {
    const now = this.#clock.monotonic();
    for (const scope of this.#open) {
      const ms = now - scope.startedAt;
      if (scope.seen.length > 0) this.#events.onSlow(scope, ms);
    }
    this.#timer = this.#open.size > 0 ? this.#nextScan() : null;
  }
}
