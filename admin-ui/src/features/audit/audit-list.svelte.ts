import { describeError } from '../../api/api-error.js';
import type { AuditEntry, AuditQuery, Page } from '../../api/types.js';

const PAGE_SIZE = 30;

/** The audit, newest first, page by page. */
export class AuditList {
  readonly #read: (query: AuditQuery) => Promise<Page<AuditEntry>>;
  #items = $state.raw<readonly AuditEntry[]>();
  #next = $state.raw<string | null>(null);
  #failure = $state.raw<string>();
  #loading = $state(false);
  #filter = $state.raw<AuditQuery>({});
  #asked = 0;

  constructor(read: (query: AuditQuery) => Promise<Page<AuditEntry>>) {
    this.#read = read;
  }

  get items(): readonly AuditEntry[] | undefined {
    return this.#items;
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

  async show(filter: AuditQuery): Promise<void> {
    this.#filter = filter;
    this.#items = undefined;
    await this.#fetch(undefined);
  }

  /** The first page again, in place; what was loaded below it goes. */
  async reload(): Promise<void> {
    await this.#fetch(undefined);
  }

  async loadMore(): Promise<void> {
    if (this.#next !== null) {
      await this.#fetch(this.#next);
    }
  }

  async #fetch(cursor: string | undefined): Promise<void> {
    this.#asked += 1;
    const asked = this.#asked;
    this.#loading = true;
    const query = {
      ...this.#filter,
      limit: PAGE_SIZE,
      ...(cursor === undefined ? {} : { cursor }),
    };
    try {
      const page = await this.#read(query);
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
