import type { Versioned, VersionedDraft } from './versioned-draft.svelte.js';

/** What bars and dialogs around a draft need of it, whatever it drafts. */
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
