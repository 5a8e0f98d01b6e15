import type { FlagConfigChange, FlagConfig } from '../../api/types.js';

/**
 * A step of a release is not an edit. The draft keeps the percentage that it first read, and the
 * server treats it as the current one, so an edit of another part causes no conflict.
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

/** Inserts the current percentage, for the preview of an edit. */
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
