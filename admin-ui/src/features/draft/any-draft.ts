import type { Versioned, VersionedDraft } from './versioned-draft.svelte.js';

/** The members of a draft that bars and dialogs need, for any type of body. */
export type AnyDraft = Pick<
  VersionedDraft<Versioned, unknown, unknown>,
  | 'saved'
  | 'incoming'
  | 'failure'
  | 'isSaving'
  | 'isDirty'
  | 'differences'
  | 'discard'
  | 'resolve'
  | 'savedBody'
  | 'proposed'
>;
