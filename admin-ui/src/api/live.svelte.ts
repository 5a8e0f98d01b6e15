import { coalesce } from './coalesce.js';

/** Somebody changed the rules of an environment. */
export interface LiveChange {
  readonly environment: string;
  readonly revision: number;
  readonly at: number | string;
  readonly flags: readonly string[];
  readonly segments: readonly string[];
}

export type LiveNews =
  | { readonly kind: 'change'; readonly change: LiveChange }
  /** Anything else in the project: flags made, keys, environments. */
  | { readonly kind: 'project' }
  /** The line was down or not there yet, so any news may have been missed. */
  | { readonly kind: 'resync' };

/** For pages that show something of everything. */
export const always = (): boolean => true;

export type LiveStatus = 'idle' | 'connecting' | 'live' | 'lost';

/** Heartbeats come every 15 s; a line that is silent for longer is dead, whatever TCP thinks. */
const SILENCE_MS_MAX = 40_000;
const RETRY_MS_FIRST = 1_000;
const RETRY_MS_MAX = 15_000;

/** One event stream per project, shared by everything on the page. */
export class LiveUpdates {
  #status = $state<LiveStatus>('idle');
  readonly #listeners = new Set<(news: LiveNews) => void>();
  readonly #connect: (url: string) => EventSource;
  #source: EventSource | undefined;
  #url: string | undefined;
  #retryMs = RETRY_MS_FIRST;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #watchdog: ReturnType<typeof setTimeout> | undefined;

  constructor(connect = (url: string) => new EventSource(url)) {
    this.#connect = connect;
  }

  get status(): LiveStatus {
    return this.#status;
  }

  /** Returns the unsubscribe function; hand it to onMount. */
  listen(listener: (news: LiveNews) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Asked for at once, but no more often than an answer can be looked at. */
  refreshOn(wanted: (news: LiveNews) => boolean, refresh: () => void): () => void {
    const calm = coalesce(refresh);
    const unsubscribe = this.listen((news) => {
      if (wanted(news)) {
        calm.ask();
      }
    });
    return () => {
      unsubscribe();
      calm.stop();
    };
  }

  /** Does not wait for the next try. */
  retry(): void {
    if (this.#status === 'lost' && this.#url !== undefined) {
      clearTimeout(this.#timer);
      this.#retryMs = RETRY_MS_FIRST;
      this.#start(this.#url);
    }
  }

  open(url: string): void {
    if (this.#url !== url) {
      this.close();
      this.#url = url;
      this.#status = 'connecting';
      this.#start(url);
    }
  }

  close(): void {
    clearTimeout(this.#timer);
    clearTimeout(this.#watchdog);
    this.#source?.close();
    this.#source = undefined;
    this.#url = undefined;
    this.#retryMs = RETRY_MS_FIRST;
    this.#status = 'idle';
  }

  /** The browser's own retry gives up on an error status, so every retry is ours. */
  #start(url: string): void {
    this.#source?.close();
    const source = this.#connect(url);
    this.#source = source;
    const alive = (): void => {
      clearTimeout(this.#watchdog);
      this.#watchdog = setTimeout(() => this.#lost(source, url), SILENCE_MS_MAX);
    };
    for (const sign of ['open', 'heartbeat', 'change', 'project']) {
      source.addEventListener(sign, alive);
    }
    source.addEventListener('open', () => this.#opened());
    source.addEventListener('change', (event) => this.#changed(event as MessageEvent<string>));
    source.addEventListener('project', () => this.#tell({ kind: 'project' }));
    source.addEventListener('error', () => this.#lost(source, url));
  }

  #opened(): void {
    this.#status = 'live';
    this.#retryMs = RETRY_MS_FIRST;
    this.#tell({ kind: 'resync' });
  }

  #changed(event: MessageEvent<string>): void {
    try {
      this.#tell({ kind: 'change', change: JSON.parse(event.data) as LiveChange });
    } catch {
      this.#tell({ kind: 'resync' });
    }
  }

  #lost(source: EventSource, url: string): void {
    source.close();
    if (this.#source !== source) {
      return;
    }
    this.#status = 'lost';
    clearTimeout(this.#timer);
    clearTimeout(this.#watchdog);
    this.#timer = setTimeout(() => this.#start(url), this.#retryMs);
    this.#retryMs = Math.min(RETRY_MS_MAX, this.#retryMs * 2);
  }

  #tell(news: LiveNews): void {
    for (const listener of this.#listeners) {
      listener(news);
    }
  }
}
