import type { AdminApi } from '../../api/admin-api.js';
import type { FlagAddress } from '../../api/flag-address.js';
import type { ConfigBody, FlagConfig } from '../../api/types.js';
import type { Draft } from '../conditions/draft-condition.js';
import { type DraftPlan, VersionedDraft } from '../draft/versioned-draft.svelte.js';
import { compareConfigs, configBody, mergeConfigs } from './config-parts.js';
import { pinManaged } from './managed-percent.js';
import type { DraftRule } from './draft-rule.js';

export type WritableConfig = Omit<Draft<ConfigBody>, 'rules'> & { rules: DraftRule[] };
export type FlagDraft = VersionedDraft<FlagConfig, ConfigBody, WritableConfig>;

export function draftFlag(api: AdminApi, at: FlagAddress, saved: FlagConfig): FlagDraft {
  const pinned = new Map<string, number>();
  const plan: DraftPlan<FlagConfig, ConfigBody> = {
    bodyOf: (config) => pinManaged(configBody(config), config, pinned),
    save: (version: number, body: ConfigBody) => api.saveConfig(at, version, body),
    compare: compareConfigs,
    merge: mergeConfigs,
  };
  return new VersionedDraft(plan, saved);
}
