import { coalesce } from './coalesce.js';

/** The rules of an environment changed. */
export interface LiveChange {
  readonly environment: string;
  readonly revision: number;
  readonly at: number | string;
  readonly flags: readonly string[];
  readonly segments: readonly string[];
}

export type LiveNews =
  | { readonly kind: 'change'; readonly change: LiveChange }
  /** An audit entry was written in the project: a flag was created, a key revoked. */
  | { readonly kind: 'project' }
  /** Releases were evaluated and nothing else changed. Contains the ids of the releases. */
  | { readonly kind: 'evaluated'; readonly releases: readonly string[] }
  /** The connection was down or not yet open, so any event may have been missed. */
  | { readonly kind: 'resync' };

/** The filter for pages that do not show the numbers of a running release. */
export const onChange = ({ kind }: LiveNews): boolean => kind !== 'evaluated';

/** A release may be evaluated every second; its page is read again at most once per this time. */
export const EVALUATION_GAP_MS = 10_000;

export type LiveStatus = 'idle' | 'connecting' | 'live' | 'lost';

/** Heartbeats arrive every 15 s. A longer silence means a dead connection, even if TCP is open. */
const SILENCE_MS_MAX = 40_000;
const RETRY_MS_FIRST = 1_000;
const RETRY_MS_MAX = 15_000;
/** A proxy may hold back the first bytes of a stream, so nobody waits longer for it. */
const OPENING_MS_MAX = 1_000;

/** The event stream of a project. All parts of the page share one connection. */
export class LiveUpdates {
  #status = $state<LiveStatus>('idle');
  #isOpening = $state(false);
  readonly #listeners = new Set<(news: LiveNews) => void>();
  readonly #connect: (url: string) => EventSource;
  #source: EventSource | undefined;
  #url: string | undefined;
  #retryMs = RETRY_MS_FIRST;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #watchdog: ReturnType<typeof setTimeout> | undefined;
  #patience: ReturnType<typeof setTimeout> | undefined;

  constructor(connect = (url: string) => new EventSource(url)) {
    this.#connect = connect;
  }

  get status(): LiveStatus {
    return this.#status;
  }

  /** True at the start: a page that reads after the stream has opened does not have to read twice. */
  get isOpening(): boolean {
    return this.#isOpening;
  }

  /** Returns the unsubscribe function; hand it to onMount. */
  listen(listener: (news: LiveNews) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Refreshes at once after a change, and at most every 10 s while releases are evaluated. */
  refreshOn(wanted: (news: LiveNews) => boolean, refresh: () => void): () => void {
    const soon = coalesce(refresh);
    const slowly = coalesce(refresh, EVALUATION_GAP_MS);
    const unsubscribe = this.listen((news) => {
      if (wanted(news)) {
        (news.kind === 'evaluated' ? slowly : soon).ask();
      }
    });
    return () => {
      unsubscribe();
      soon.stop();
      slowly.stop();
    };
  }

  /** Reconnects without waiting for the next retry. */
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
      this.#isOpening = true;
      this.#patience = setTimeout(() => this.#settle(), OPENING_MS_MAX);
      this.#start(url);
    }
  }

  close(): void {
    clearTimeout(this.#timer);
    clearTimeout(this.#watchdog);
    this.#settle();
    this.#source?.close();
    this.#source = undefined;
    this.#url = undefined;
    this.#retryMs = RETRY_MS_FIRST;
    this.#status = 'idle';
  }

  /** The browser stops retrying after an error status, so this class does every retry. */
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
    source.addEventListener('project', (event) => this.#noticed(event as MessageEvent<string>));
    source.addEventListener('error', () => this.#lost(source, url));
  }

  #opened(): void {
    this.#status = 'live';
    this.#retryMs = RETRY_MS_FIRST;
    this.#tell({ kind: 'resync' });
    this.#settle();
  }

  #settle(): void {
    clearTimeout(this.#patience);
    this.#isOpening = false;
  }

  #changed(event: MessageEvent<string>): void {
    try {
      this.#tell({ kind: 'change', change: JSON.parse(event.data) as LiveChange });
    } catch {
      this.#tell({ kind: 'resync' });
    }
  }

  /** An older server sends no details; then anything may have changed. */
  #noticed(event: MessageEvent<string>): void {
    const { audited = true, releases = [] } = readNotice(event.data);
    this.#tell(audited ? { kind: 'project' } : { kind: 'evaluated', releases });
  }

  #lost(source: EventSource, url: string): void {
    source.close();
    if (this.#source !== source) {
      return;
    }
    this.#status = 'lost';
    this.#settle();
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

function readNotice(data: string): { audited?: boolean; releases?: readonly string[] } {
  try {
    return JSON.parse(data) ?? {};
  } catch {
    return {};
  }
}
