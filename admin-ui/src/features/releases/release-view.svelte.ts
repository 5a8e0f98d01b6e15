import { type FlagAddress, RELEASE, type ReleaseAddress, RELEASES } from '../../api/addresses.js';
import type { LiveNews } from '../../api/live.svelte.js';
import type { Release, ReleaseTimeline } from '../../api/types.js';
import type { App } from '../../state/app.js';
import { Resource } from '../../state/resource.svelte.js';
import { hasEnded } from './release-words.js';

const SHOWN_MAX = 20;

/** The release of one flag in one environment, updated from the live stream. */
export class ReleaseView {
  readonly at: FlagAddress;
  /** The latest releases, newest first. */
  readonly releases: Resource<readonly Release[]>;
  readonly timeline: Resource<ReleaseTimeline>;
  readonly #app: App;
  #chosen = $state<string>();

  readonly shown = $derived.by(() => {
    const releases = this.releases.data;
    return releases?.find(({ id }) => id === this.#chosen) ?? releases?.[0];
  });
  readonly active = $derived.by(() => this.releases.data?.find((release) => !hasEnded(release)));

  constructor(app: App, at: FlagAddress) {
    this.#app = app;
    this.at = at;
    this.releases = new Resource(
      async () => (await app.api.get(RELEASES, { path: at, query: { limit: SHOWN_MAX } })).items,
    );
    this.timeline = new Resource(async () => {
      const address = this.address;
      return address === undefined
        ? { phases: [], decisions: [], markers: [] }
        : app.api.get(`${RELEASE}/timeline`, { path: address });
    });
  }

  get address(): ReleaseAddress | undefined {
    return this.shown && { ...this.at, release: this.shown.id };
  }

  /** Returns the stop function; hand it to onMount. */
  start(): () => void {
    void this.refresh();
    return this.#app.live.refreshOn(
      (news) => this.#isAbout(news),
      () => void this.#follow(),
    );
  }

  async refresh(): Promise<void> {
    await this.releases.load();
    await this.timeline.load();
  }

  /** Reads only the running release: it is evaluated often, and the others do not change. */
  async #follow(): Promise<void> {
    const running = this.active;
    const release =
      running &&
      (await this.#app.api
        .get(RELEASE, { path: { ...this.at, release: running.id } })
        .catch(() => undefined));
    // Replacing the release now would drop the pending list, and the other releases in it.
    if (release === undefined || hasEnded(release) || this.releases.loading) {
      await this.refresh();
    } else {
      this.#put(release);
      await this.timeline.load();
    }
  }

  /** Shows this release, or the latest one when `id` is undefined. */
  async choose(id: string | undefined): Promise<void> {
    this.#chosen = id;
    await this.timeline.load();
  }

  /** Shows the response to a command at once; the rest of the page reloads afterwards. */
  receive(release: Release): void {
    this.#put(release);
    this.#chosen = undefined;
    void this.refresh();
  }

  #put(release: Release): void {
    const others = (this.releases.data ?? []).filter(({ id }) => id !== release.id);
    this.releases.set([release, ...others].sort((a, b) => (a.createdAt < b.createdAt ? 1 : -1)));
  }

  #isAbout(news: LiveNews): boolean {
    if (news.kind === 'evaluated') {
      return this.active !== undefined && news.releases.includes(this.active.id);
    }
    if (news.kind !== 'change') {
      return true;
    }
    const { environment, flags } = news.change;
    return environment === this.at.environment && flags.includes(this.at.flag);
  }
}
