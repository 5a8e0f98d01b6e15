import { FLAG } from '../../api/addresses.js';
import type { ApiClient } from '../../api/client.js';
import type { Flag, FlagChange } from '../../api/types.js';
import { compareFields, mergeFields, type Versions } from '../draft/three-way.js';
import { type DraftPlan, VersionedDraft } from '../draft/versioned-draft.svelte.js';

export type SettingsDraft = VersionedDraft<
  Flag,
  FlagChange,
  { -readonly [Field in keyof FlagChange]: FlagChange[Field] }
>;

export const SETTING_TITLES: Readonly<Record<keyof FlagChange, string>> = {
  name: 'Name',
  description: 'Description',
  variants: 'Variants',
  tags: 'Tags',
  owner: 'Owner',
  kind: 'Kind',
  expectedLifetimeDays: 'Expected lifetime',
  clientVisible: 'Visible to client keys',
};

export function settingsBody(flag: Flag): FlagChange {
  const { name, description, variants, tags, owner, kind, clientVisible } = flag;
  const { expectedLifetimeDays } = flag;
  return { name, description, variants, tags, owner, kind, expectedLifetimeDays, clientVisible };
}

export function draftSettings(api: ApiClient, project: string, flag: Flag): SettingsDraft {
  const plan: DraftPlan<Flag, FlagChange> = {
    bodyOf: settingsBody,
    save: (version: number, body: FlagChange) =>
      api.put(FLAG, { path: { project, flag: flag.key }, version, body }),
    compare: (versions: Versions<FlagChange>) => compareFields(SETTING_TITLES, versions),
    merge: mergeFields<FlagChange>,
  };
  return new VersionedDraft(plan, flag);
}
