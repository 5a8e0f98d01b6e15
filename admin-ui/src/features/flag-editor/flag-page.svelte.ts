import { CONFIG, FLAG, type FlagAddress } from '../../api/addresses.js';
import type { LiveNews } from '../../api/live.svelte.js';
import type { FlagConfigChange, Flag, FlagConfig, Segment } from '../../api/types.js';
import type { App } from '../../state/app.js';
import { Resource } from '../../state/resource.svelte.js';
import type { ComboOption } from '../../ui/combo-option.js';
import type { SaveOutcome } from '../draft/versioned-draft.svelte.js';
import { affectedGroups, type MovedGroup } from './moved-people.js';
import { draftFlag, type FlagDraft } from './flag-draft.js';
import { withManagedPercent } from './managed-percent.js';

const PREVIEW_DELAY_MS = 350;
const FLAGS_OFFERED_MAX = 50;
const TYPING_MS = 200;

/** One flag in one environment, updated from the live stream while a user edits it. */
export class FlagPage {
  readonly at: FlagAddress;
  readonly flag: Resource<Flag>;
  readonly segments: Resource<readonly Segment[]>;
  readonly parents: Resource<readonly ComboOption[]>;
  readonly #app: App;
  readonly #config: Resource<FlagConfig>;
  #draft = $state.raw<FlagDraft>();
  #parentSearch = '';
  #typing: ReturnType<typeof setTimeout> | undefined;
  #moved = $state.raw<readonly MovedGroup[]>();
  readonly failure = $derived.by(() => this.#config.failure ?? this.flag.failure);

  constructor(app: App, at: FlagAddress) {
    this.#app = app;
    this.at = at;
    this.flag = new Resource(() => app.api.get(FLAG, { path: at }));
    this.segments = new Resource(() => app.api.all('/projects/{project}/segments', { path: at }));
    this.parents = new Resource(() => this.#offerParents());
    this.#config = new Resource(() => app.api.get(CONFIG, { path: at }));
  }

  get draft(): FlagDraft | undefined {
    return this.#draft;
  }

  /** The users whose value would change if the draft was saved; undefined when unknown. */
  get moved(): readonly MovedGroup[] | undefined {
    return this.#moved;
  }

  /** Returns the stop function; hand it to onMount. */
  start(): () => void {
    void this.refresh();
    void this.segments.load();
    void this.parents.load();
    return this.#app.live.refreshOn(
      (news) => this.#isAbout(news),
      () => void this.#hear(),
    );
  }

  async refresh(): Promise<void> {
    await Promise.all([this.flag.load(), this.#config.load()]);
    const config = this.#config.data;
    if (config !== undefined) {
      this.receive(config);
    }
  }

  /** Searches on the server when typing pauses, because a project may have thousands of flags. */
  findParents(search: string): void {
    this.#parentSearch = search.trim();
    clearTimeout(this.#typing);
    this.#typing = setTimeout(() => void this.parents.load(), TYPING_MS);
  }

  receive(config: FlagConfig): void {
    if (this.#draft === undefined) {
      this.#draft = draftFlag(this.#app.api, this.at, config);
    } else {
      this.#draft.receive(config);
    }
  }

  async save(): Promise<SaveOutcome> {
    const outcome = (await this.#draft?.save()) ?? 'unchanged';
    if (outcome === 'saved') {
      await this.refresh();
    }
    return outcome;
  }

  /** Previews the effect of the draft. Returns the function that cancels the preview. */
  watchMoved(): () => void {
    const draft = this.#draft;
    const proposed = draft?.isDirty ? withManagedPercent(draft.proposed(), draft.saved) : undefined;
    this.#moved = undefined;
    if (draft === undefined || proposed === undefined) {
      return () => {};
    }
    let forgotten = false;
    const ask = async (): Promise<void> => {
      // When the preview fails, saving reports the reason.
      const saved = withManagedPercent(draft.savedBody(), draft.saved);
      const moved = await this.#askMoved(saved, proposed).catch(() => undefined);
      if (!forgotten) {
        this.#moved = moved;
      }
    };
    const timer = setTimeout(() => void ask(), PREVIEW_DELAY_MS);
    return () => {
      forgotten = true;
      clearTimeout(timer);
    };
  }

  async #askMoved(saved: FlagConfigChange, proposed: FlagConfigChange): Promise<MovedGroup[]> {
    const segments = new Map(this.segments.data?.map(({ key, when }) => [key, when]));
    const moved: MovedGroup[] = [];
    for (const { who, context } of affectedGroups(saved, proposed, segments)) {
      const body = { contexts: [{ targetingKey: 'preview', ...context }], proposed };
      const { movedShare } = await this.#app.api.post(`${CONFIG}/preview`, { path: this.at, body });
      moved.push({ who, share: movedShare ?? 0 });
    }
    return moved;
  }

  #isAbout(news: LiveNews): boolean {
    if (news.kind === 'evaluated') {
      return false;
    }
    return (
      news.kind !== 'change' ||
      (news.change.environment === this.at.environment &&
        (news.change.flags.includes(this.at.flag) || news.change.segments.length > 0))
    );
  }

  async #hear(): Promise<void> {
    const before = this.#draft?.saved.version;
    void this.segments.load();
    await this.refresh();
    const saved = this.#draft?.saved;
    const who = saved?.updatedBy ?? 'Somebody';
    const isNews = saved !== undefined && before !== undefined && saved.version > before;
    if (isNews && who !== this.#app.session.user?.name) {
      this.#app.toasts.say(`${who} changed ${this.at.flag}.`);
    }
  }

  async #offerParents(): Promise<readonly ComboOption[]> {
    const query = { limit: FLAGS_OFFERED_MAX, search: this.#parentSearch };
    const page = await this.#app.api.get('/projects/{project}/flags', { path: this.at, query });
    return page.items
      .filter(({ key }) => key !== this.at.flag)
      .map(({ key, name }) => ({
        value: key,
        label: key,
        ...(name === key ? {} : { hint: name }),
      }));
  }
}
