import { formatRoute, parseRoute, type Route } from '../router.js';

type Target = Exclude<Route, { page: 'missing' }>;

/** Called before the address changes. Returns true at once when no unsaved change would be lost. */
export type Guard = (to: Route) => boolean | Promise<boolean>;

/** The address bar as state. Paths are relative to <base>. */
export class Navigation {
  readonly base: string;
  readonly #window: Window;
  #path = $state('');
  #query = $state('');
  #index = 0;
  readonly #guards = new Set<Guard>();
  /** The next popstate is our own step back, or a move that the guards already allowed. */
  #expected: 'return' | 'allowed' | undefined;
  readonly route = $derived(parseRoute(this.#path));
  readonly query = $derived(new URLSearchParams(this.#query));

  constructor(base: string, host: Window = window) {
    this.base = base;
    this.#window = host;
    this.#index = readIndex(host.history.state);
    host.history.replaceState({ index: this.#index }, '');
    this.#read();
  }

  href(target: Target): string {
    return this.base + formatRoute(target);
  }

  /** Returns the stop function; hand it to onMount. */
  start(): () => void {
    const onpop = (event: PopStateEvent): void => void this.#popped(event);
    const onclick = (event: MouseEvent): void => void this.#clicked(event);
    this.#window.addEventListener('popstate', onpop);
    this.#window.document.addEventListener('click', onclick);
    return () => {
      this.#window.removeEventListener('popstate', onpop);
      this.#window.document.removeEventListener('click', onclick);
    };
  }

  /** Returns the function that removes the guard. */
  protect(guard: Guard): () => void {
    this.#guards.add(guard);
    return () => this.#guards.delete(guard);
  }

  async go(target: Target): Promise<void> {
    await this.#push(this.href(target));
  }

  /** Changes the address without a history entry or a guard: for redirects and query filters. */
  replace(address: string): void {
    this.#window.history.replaceState({ index: this.#index }, '', address);
    this.#read();
  }

  async #push(address: string): Promise<void> {
    const to = parseRoute(this.#relative(new URL(address, this.#window.location.href).pathname));
    if (!(await this.#mayLeave(to))) {
      return;
    }
    this.#index += 1;
    this.#window.history.pushState({ index: this.#index }, '', address);
    this.#read();
  }

  async #clicked(event: MouseEvent): Promise<void> {
    const modified = event.metaKey || event.ctrlKey || event.shiftKey || event.altKey;
    const link = (event.target as Element | null)?.closest?.('a[href]');
    if (event.defaultPrevented || event.button !== 0 || modified || !link) {
      return;
    }
    const { origin, href, pathname, target } = link as HTMLAnchorElement;
    const ours = origin === this.#window.location.origin && pathname.startsWith(this.base);
    if (ours && target === '' && !link.hasAttribute('download')) {
      event.preventDefault();
      await this.#push(href);
    }
  }

  /** The browser has already moved, so this moves back before it calls the guards. */
  async #popped(event: PopStateEvent): Promise<void> {
    const expected = this.#expected;
    this.#expected = undefined;
    if (expected === 'return') {
      return;
    }
    const next = readIndex(event.state);
    const step = next - this.#index;
    const to = parseRoute(this.#relative(this.#window.location.pathname));
    const verdict = expected === 'allowed' || step === 0 || this.#mayLeave(to);
    if (verdict === true) {
      this.#index = next;
      this.#read();
      return;
    }
    this.#expected = 'return';
    this.#window.history.go(-step);
    if (await verdict) {
      this.#expected = 'allowed';
      this.#window.history.go(step);
    }
  }

  /** True at once when every guard allows it; otherwise the first guard that does not is asked. */
  #mayLeave(to: Route): boolean | Promise<boolean> {
    for (const guard of this.#guards) {
      const verdict = guard(to);
      if (verdict !== true) {
        return verdict;
      }
    }
    return true;
  }

  #read(): void {
    const { pathname, search } = this.#window.location;
    this.#path = this.#relative(pathname);
    this.#query = search;
  }

  #relative(pathname: string): string {
    return pathname.startsWith(this.base) ? pathname.slice(this.base.length) : '';
  }
}

function readIndex(state: unknown): number {
  const index = (state as { index?: unknown } | null)?.index;
  return typeof index === 'number' ? index : 0;
}
