import type { ApiClient } from '../../api/client.js';
import { CONFIG, type FlagAddress } from '../../api/addresses.js';
import type { FlagConfigChange, FlagConfig } from '../../api/types.js';
import type { Draft } from '../conditions/draft-condition.js';
import { type DraftPlan, VersionedDraft } from '../draft/versioned-draft.svelte.js';
import { compareConfigs, configBody, mergeConfigs } from './config-parts.js';
import { pinManaged } from './managed-percent.js';
import type { DraftRule } from './draft-rule.js';

export type WritableConfig = Omit<Draft<FlagConfigChange>, 'rules'> & { rules: DraftRule[] };
export type FlagDraft = VersionedDraft<FlagConfig, FlagConfigChange, WritableConfig>;

export function draftFlag(api: ApiClient, at: FlagAddress, saved: FlagConfig): FlagDraft {
  const pinned = new Map<string, number>();
  const plan: DraftPlan<FlagConfig, FlagConfigChange> = {
    bodyOf: (config) => pinManaged(configBody(config), config, pinned),
    save: (version: number, body: FlagConfigChange) => api.put(CONFIG, { path: at, version, body }),
    compare: compareConfigs,
    merge: mergeConfigs,
  };
  return new VersionedDraft(plan, saved);
}
