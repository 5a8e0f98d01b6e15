import type { ApiClient } from '../../api/client.js';
import { describeError } from '../../api/api-error.js';
import type { Flag } from '../../api/types.js';

const PAGE_SIZE = 100;
const TYPING_MS = 200;

/** The flags of a project. Searches loaded flags at once and the others on the server. */
export class FlagList {
  readonly #api: ApiClient;
  readonly #project: string;
  #items = $state.raw<readonly Flag[]>();
  #next = $state.raw<string | null>(null);
  #failure = $state.raw<string>();
  #loading = $state(false);
  #search = $state('');
  #archived = $state(false);
  #asked = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  readonly shown = $derived.by(() => {
    const words = this.#search.toLowerCase().split(/\s+/).filter(Boolean);
    return this.#items?.filter((flag) => {
      const text = [flag.key, flag.name, flag.description, ...flag.tags].join(' ').toLowerCase();
      return words.every((word) => text.includes(word));
    });
  });

  constructor(api: ApiClient, project: string, search = '') {
    this.#api = api;
    this.#project = project;
    this.#search = search;
  }

  get search(): string {
    return this.#search;
  }

  get archived(): boolean {
    return this.#archived;
  }

  get hasMore(): boolean {
    return this.#next !== null;
  }

  get isLoading(): boolean {
    return this.#loading;
  }

  get failure(): string | undefined {
    return this.#failure;
  }

  /** Filters the loaded flags at once, and searches on the server when there are more. */
  find(search: string): void {
    this.#search = search;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.load(), TYPING_MS);
  }

  showArchived(archived: boolean): void {
    this.#archived = archived;
    this.#items = undefined;
    void this.load();
  }

  async load(): Promise<void> {
    await this.#fetch(undefined);
  }

  async loadMore(): Promise<void> {
    if (this.#next !== null) {
      await this.#fetch(this.#next);
    }
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#asked += 1;
  }

  async #fetch(cursor: string | undefined): Promise<void> {
    this.#asked += 1;
    const asked = this.#asked;
    this.#loading = true;
    const query = {
      search: this.#search.trim(),
      archived: this.#archived ? ('true' as const) : ('false' as const),
      limit: PAGE_SIZE,
      cursor,
    };
    try {
      const page = await this.#api.get('/projects/{project}/flags', {
        path: { project: this.#project },
        query,
      });
      if (asked === this.#asked) {
        this.#items = cursor === undefined ? page.items : [...(this.#items ?? []), ...page.items];
        this.#next = page.next;
        this.#failure = undefined;
      }
    } catch (error) {
      if (asked === this.#asked) {
        this.#failure = describeError(error);
      }
    } finally {
      if (asked === this.#asked) {
        this.#loading = false;
      }
    }
  }
}
