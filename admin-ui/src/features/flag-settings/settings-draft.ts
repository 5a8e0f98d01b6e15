import type { AdminApi } from '../../api/admin-api.js';
import type { Flag, FlagBody } from '../../api/types.js';
import { compareFields, mergeFields, type Versions } from '../draft/three-way.js';
import { type DraftPlan, VersionedDraft } from '../draft/versioned-draft.svelte.js';

export type SettingsDraft = VersionedDraft<
  Flag,
  FlagBody,
  { -readonly [Field in keyof FlagBody]: FlagBody[Field] }
>;

export const SETTING_TITLES: Readonly<Record<keyof FlagBody, string>> = {
  name: 'Name',
  description: 'Description',
  variants: 'Variants',
  tags: 'Tags',
  owner: 'Owner',
  kind: 'Kind',
  expectedLifetimeDays: 'Expected lifetime',
  clientVisible: 'Visible to client keys',
};

export function settingsBody(flag: Flag): FlagBody {
  const { name, description, variants, tags, owner, kind, clientVisible } = flag;
  const { expectedLifetimeDays } = flag;
  return { name, description, variants, tags, owner, kind, expectedLifetimeDays, clientVisible };
}

export function draftSettings(api: AdminApi, project: string, flag: Flag): SettingsDraft {
  const plan: DraftPlan<Flag, FlagBody> = {
    bodyOf: settingsBody,
    save: (version: number, body: FlagBody) => api.saveFlag(project, flag.key, version, body),
    compare: (versions: Versions<FlagBody>) => compareFields(SETTING_TITLES, versions),
    merge: mergeFields<FlagBody>,
  };
  return new VersionedDraft(plan, flag);
}
