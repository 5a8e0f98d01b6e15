import { ApiError, describeError } from '../../api/api-error.js';
import type { FieldMessage } from '../../api/types.js';
import { copyJson, sameJson, valueAt } from './json-values.js';
import type { Choices, Difference, Versions } from './three-way.js';

export interface Versioned {
  readonly version: number;
  readonly updatedBy?: string | null;
  readonly warnings?: readonly FieldMessage[];
}

/** How a draft reads, compares and saves the object that it edits. */
export interface DraftPlan<Dto extends Versioned, Body> {
  bodyOf(dto: Dto): Body;
  save(version: number, body: Body): Promise<Dto>;
  compare(versions: Versions<Body>): Difference[];
  merge(versions: Versions<Body>, choices: Choices): Body;
}

export type SaveOutcome = 'saved' | 'refused' | 'conflict' | 'unchanged';

/** An edit: the saved version, the edited body, and a version saved by another user meanwhile. */
export class VersionedDraft<Dto extends Versioned, Body, Writable = Body> {
  readonly #plan: DraftPlan<Dto, Body>;
  #saved: Dto;
  #incoming = $state.raw<Dto>();
  #submitted = $state.raw<Body>();
  #messages = $state.raw<readonly FieldMessage[]>([]);
  #warnings = $state.raw<readonly FieldMessage[]>([]);
  #failure = $state.raw<string>();
  #saving = $state(false);
  body: Writable;

  readonly isDirty = $derived.by(() => !sameJson(this.#plan.bodyOf(this.#saved), this.body));
  /** A message disappears when its field no longer has the rejected value. */
  readonly errors = $derived.by(() =>
    this.#messages.filter(({ pointer }) =>
      sameJson(valueAt(this.body, pointer), valueAt(this.#submitted, pointer)),
    ),
  );
  readonly differences = $derived.by(() => {
    const versions = this.#versions();
    return versions === undefined ? [] : this.#plan.compare(versions);
  });

  constructor(plan: DraftPlan<Dto, Body>, saved: Dto) {
    this.#plan = plan;
    this.#saved = $state.raw(saved);
    this.body = $state(copyJson(plan.bodyOf(saved)) as unknown as Writable);
  }

  get saved(): Dto {
    return this.#saved;
  }

  /** The version of another user, not applied because this draft has unsaved changes. */
  get incoming(): Dto | undefined {
    return this.#incoming;
  }

  get failure(): string | undefined {
    return this.#failure;
  }

  get warnings(): readonly FieldMessage[] {
    return this.#warnings;
  }

  get isSaving(): boolean {
    return this.#saving;
  }

  savedBody(): Body {
    return this.#plan.bodyOf(this.#saved);
  }

  proposed(): Body {
    return $state.snapshot(this.body) as unknown as Body;
  }

  discard(): void {
    this.#adopt(this.#incoming ?? this.#saved);
    this.#forgetRefusal();
  }

  /** Applies a newer version at once, or offers it when this draft has unsaved changes. */
  receive(theirs: Dto): void {
    // Ignored while our own PUT is pending; the page reads again after a save.
    if (!this.#saving) {
      this.#take(theirs);
    }
  }

  resolve(choices: Choices): void {
    const versions = this.#versions();
    if (versions !== undefined && this.#incoming !== undefined) {
      this.#write(this.#plan.merge(versions, choices));
      this.#saved = this.#incoming;
      this.#incoming = undefined;
      this.#forgetRefusal();
    }
  }

  /** Never throws and never loses edits. */
  async save(): Promise<SaveOutcome> {
    if (this.#saving || !this.isDirty) {
      return 'unchanged';
    }
    if (this.#incoming !== undefined) {
      return 'conflict';
    }
    this.#saving = true;
    this.#forgetRefusal();
    const outcome = await this.#put().catch((error: unknown) => this.#refused(error));
    this.#saving = false;
    return outcome;
  }

  async #put(): Promise<SaveOutcome> {
    const submitted = this.proposed();
    this.#submitted = submitted;
    try {
      const answer = await this.#plan.save(this.#saved.version, submitted);
      const typedOn = !sameJson(this.body, submitted);
      this.#warnings = answer.warnings ?? [];
      this.#saved = answer;
      if (!typedOn) {
        this.#adopt(answer);
      }
      return 'saved';
    } catch (error) {
      const current = error instanceof ApiError ? error.current<Dto>() : undefined;
      if (current === undefined) {
        throw error;
      }
      this.#take(current);
      if (this.#incoming !== undefined) {
        return 'conflict';
      }
      // The new version changed no edited part, as after a kill, so there is no conflict.
      return this.isDirty ? this.#put() : 'saved';
    }
  }

  #take(theirs: Dto): void {
    if (theirs.version < this.#saved.version) {
      return;
    }
    const body = this.#plan.bodyOf(theirs);
    if (!this.isDirty || sameJson(body, this.body)) {
      this.#adopt(theirs);
    } else if (sameJson(body, this.savedBody())) {
      this.#saved = theirs;
    } else {
      this.#incoming = theirs;
    }
  }

  #refused(error: unknown): SaveOutcome {
    this.#messages = error instanceof ApiError ? error.fieldErrors : [];
    const count = this.#messages.filter(({ pointer }) => pointer !== '').length;
    this.#failure =
      count === 0 || count < this.#messages.length
        ? describeError(error)
        : `${count === 1 ? 'one field needs' : `${count} fields need`} another value.`;
    return 'refused';
  }

  #adopt(dto: Dto): void {
    this.#saved = dto;
    this.#write(this.#plan.bodyOf(dto));
    this.#incoming = undefined;
  }

  /** Keeps equal values in place, so that an open field keeps its position and focus. */
  #write(body: Body): void {
    if (!sameJson(body, this.body)) {
      this.body = copyJson(body) as unknown as Writable;
    }
  }

  #versions(): Versions<Body> | undefined {
    return this.#incoming === undefined
      ? undefined
      : {
          base: this.savedBody(),
          mine: this.proposed(),
          theirs: this.#plan.bodyOf(this.#incoming),
        };
  }

  #forgetRefusal(): void {
    this.#messages = [];
    this.#warnings = [];
    this.#failure = undefined;
  }
}
