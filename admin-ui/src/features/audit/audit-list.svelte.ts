import { describeError } from '../../api/api-error.js';
import type { Answer } from '../../api/contract.js';
import type { AuditEntry, AuditQuery } from '../../api/types.js';

const PAGE_SIZE = 30;

type ReadAudit = (query: AuditQuery) => Promise<Answer<'get', '/audit'>>;

/** The audit entries, newest first, loaded page by page. */
export class AuditList {
  readonly #read: ReadAudit;
  #items = $state.raw<readonly AuditEntry[]>();
  #next = $state.raw<string | null>(null);
  #failure = $state.raw<string>();
  #loading = $state(false);
  #filter = $state.raw<AuditQuery>({});
  #asked = 0;

  constructor(read: ReadAudit) {
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

  /** Reloads the first page in place and drops the pages loaded below it. */
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
