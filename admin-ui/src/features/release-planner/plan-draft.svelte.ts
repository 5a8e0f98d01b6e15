import { type FlagAddress, RELEASE, RELEASES } from '../../api/addresses.js';
import { ApiError, describeError } from '../../api/api-error.js';
import { drawIdempotencyKey } from '../../api/idempotency-key.js';
import type { ApiClient } from '../../api/client.js';
import type {
  FieldMessage,
  PlanInput,
  Release,
  ReleasePlan,
  ReleasePreview,
} from '../../api/types.js';
import type { Draft } from '../conditions/draft-condition.js';
import { sameJson } from '../draft/json-values.js';

const PREVIEW_DELAY_MS = 400;

export type DraftPlan = Draft<ReleasePlan>;

/** The draft of a release: its plan, and the preview of the server while the user edits it. */
export class PlanDraft {
  readonly #api: ApiClient;
  readonly #at: FlagAddress;
  /** Undefined: the server chooses the rule. */
  ruleId = $state<string>();
  plan = $state<DraftPlan>();
  reason = $state('');
  #preview = $state.raw<ReleasePreview>();
  #refused = $state.raw<readonly FieldMessage[]>([]);
  #failure = $state.raw<string>();
  #busy = $state(false);
  /** The plan before any edit. */
  #start = $state.raw<ReleasePlan>();
  /** Leaving the page would lose edits. */
  readonly isDirty = $derived.by(() => !sameJson(this.#start, this.plan));
  #asked = 0;
  /** The number of requested templates. No preview runs until the last one has loaded. */
  #choices = 0;
  #isChoosing = false;
  readonly #isNew: boolean;
  #key = drawIdempotencyKey();

  /** `plan`: the plan of a release that has already begun. */
  constructor(api: ApiClient, at: FlagAddress, plan?: ReleasePlan) {
    this.#api = api;
    this.#at = at;
    this.#isNew = plan === undefined;
    this.#begin(plan);
  }

  get preview(): ReleasePreview | undefined {
    return this.#preview;
  }

  get errors(): readonly FieldMessage[] {
    if (this.#refused.length > 0) {
      return this.#refused;
    }
    const errors = this.#preview?.errors ?? [];
    return this.#isNew ? errors : errors.filter(({ pointer }) => pointer.startsWith('/plan/'));
  }

  /** Warnings about the start; empty for a release that has already begun. */
  get warnings(): readonly FieldMessage[] {
    return this.#isNew ? (this.#preview?.warnings ?? []) : [];
  }

  get movedShare(): number | null {
    return this.#isNew ? (this.#preview?.movedShare ?? null) : null;
  }

  get failure(): string | undefined {
    return this.#failure;
  }

  get isBusy(): boolean {
    return this.#busy;
  }

  /** Replaces the plan with the complete plan of a template. */
  async choose(template: string): Promise<void> {
    this.#choices += 1;
    const choice = this.#choices;
    this.#isChoosing = true;
    const preview = await this.#ask({ template });
    if (choice !== this.#choices) {
      return;
    }
    this.#isChoosing = false;
    if (preview !== undefined) {
      this.#begin(preview.plan);
    }
  }

  /** Requests a preview when typing pauses. Returns the function that cancels it. */
  watch(): () => void {
    const plan = this.#proposed();
    void this.ruleId;
    if (plan === undefined) {
      return () => {};
    }
    const ask = () => {
      if (!this.#isChoosing) {
        void this.#ask(plan);
      }
    };
    const timer = setTimeout(ask, PREVIEW_DELAY_MS);
    return () => clearTimeout(timer);
  }

  create(start: boolean): Promise<Release | undefined> {
    return this.#send((plan) =>
      this.#api.post(RELEASES, {
        path: this.#at,
        body: {
          ...(this.ruleId === undefined ? {} : { ruleId: this.ruleId }),
          ...(this.reason.trim() === '' ? {} : { reason: this.reason.trim() }),
          plan,
          start,
        },
        idempotencyKey: this.#key,
      }),
    );
  }

  save(release: Release): Promise<Release | undefined> {
    return this.#send((plan) =>
      this.#api.put(RELEASE, {
        path: { ...this.#at, release: release.id },
        version: release.version,
        body: { plan, reason: this.reason.trim() },
      }),
    );
  }

  #begin(plan: ReleasePlan | undefined): void {
    this.#start = plan;
    this.plan = plan && (structuredClone(plan) as unknown as DraftPlan);
  }

  #proposed(): PlanInput | undefined {
    return this.plan && ($state.snapshot(this.plan) as unknown as PlanInput);
  }

  async #send(act: (plan: PlanInput) => Promise<Release>): Promise<Release | undefined> {
    const plan = this.#proposed();
    if (plan === undefined || this.#busy) {
      return undefined;
    }
    this.#busy = true;
    this.#failure = undefined;
    this.#refused = [];
    try {
      return await act(plan);
    } catch (error) {
      // A rejected request changed nothing, so the next attempt is a new request.
      this.#key = error instanceof ApiError && error.status > 0 ? drawIdempotencyKey() : this.#key;
      this.#refused = error instanceof ApiError ? error.fieldErrors : [];
      this.#failure = describeError(error);
      return undefined;
    } finally {
      this.#busy = false;
    }
  }

  async #ask(plan: PlanInput): Promise<ReleasePreview | undefined> {
    this.#asked += 1;
    const asked = this.#asked;
    const rule = this.ruleId === undefined ? {} : { ruleId: this.ruleId };
    try {
      const preview = await this.#api.post(`${RELEASES}/preview`, {
        path: this.#at,
        body: { ...rule, plan },
      });
      if (asked === this.#asked) {
        this.#preview = preview;
        this.#refused = [];
        this.#failure = undefined;
        return preview;
      }
    } catch (error) {
      if (asked === this.#asked) {
        this.#refused = error instanceof ApiError ? error.fieldErrors : [];
        this.#failure = this.#refused.length > 0 ? undefined : describeError(error);
      }
    }
    return undefined;
  }
}
