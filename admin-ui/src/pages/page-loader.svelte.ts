import { untrack } from 'svelte';
import type { Route } from '../router.js';

const LOAD = {
  flags: () => import('./FlagList.svelte'),
  flag: () => import('./FlagDetail.svelte'),
  segments: () => import('./Segments.svelte'),
  segment: () => import('./SegmentDetail.svelte'),
  instances: () => import('./Instances.svelte'),
  settings: () => import('./ReleaseSettings.svelte'),
  audit: () => import('./Audit.svelte'),
  environments: () => import('./Environments.svelte'),
  keys: () => import('./Keys.svelte'),
} as const;

type PageName = keyof typeof LOAD;
type Pages = { [Name in PageName]: Awaited<ReturnType<(typeof LOAD)[Name]>>['default'] };

/** Loads the code of a page when its address opens. The previous page stays until it loads. */
export class PageLoader {
  #route = $state.raw<Route>();
  #failed = $state(false);
  #pages = $state.raw<Partial<Pages>>({});
  #wanted: Route | undefined;

  /** The address whose page can be shown; undefined while the first page loads. */
  get route(): Route | undefined {
    return this.#route;
  }

  /** The server was updated after this tab was opened and no longer has the code of the page. */
  get hasFailed(): boolean {
    return this.#failed;
  }

  get pages(): Partial<Pages> {
    return this.#pages;
  }

  async open(route: Route): Promise<void> {
    this.#wanted = route;
    const name = nameOf(route);
    if (name !== undefined && untrack(() => this.#pages[name]) === undefined) {
      const isLoaded = await this.#load(name);
      if (this.#wanted !== route) return;
      this.#failed = !isLoaded;
      if (!isLoaded) return;
    }
    this.#failed = false;
    this.#route = route;
  }

  async #load(name: PageName): Promise<boolean> {
    try {
      const page = await LOAD[name]();
      this.#pages = { ...this.#pages, [name]: page.default };
      return true;
    } catch {
      return false;
    }
  }
}

function nameOf({ page }: Route): PageName | undefined {
  if (page in LOAD) return page as PageName;
  return page === 'home' || page === 'missing' || page === 'setup' || page === 'sign-in'
    ? undefined
    : 'settings';
}
