import type { FlagConfigChange, FlagConfig } from '../../api/types.js';

/**
 * A step of a release is no edit: the draft keeps the percentage that it first saw, which the
 * server takes for the current one, so that nobody who edits something else gets a conflict.
 */
export function pinManaged(
  body: FlagConfigChange,
  { release }: Pick<FlagConfig, 'release'>,
  pinned: Map<string, number>,
): FlagConfigChange {
  if (!release) {
    return body;
  }
  const percent = pinned.get(release.id) ?? release.percent;
  pinned.set(release.id, percent);
  return withPercent(body, release.ruleId, percent);
}

/** As it is in force, for asking what an edit would change. */
export function withManagedPercent(
  body: FlagConfigChange,
  { release }: Pick<FlagConfig, 'release'>,
): FlagConfigChange {
  return release ? withPercent(body, release.ruleId, release.percent) : body;
}

function withPercent(body: FlagConfigChange, ruleId: string, percent: number): FlagConfigChange {
  return {
    ...body,
    rules: body.rules.map((rule) =>
      rule.id === ruleId && rule.rollout !== undefined
        ? { ...rule, rollout: { ...rule.rollout, to: percent } }
        : rule,
    ),
  };
}
