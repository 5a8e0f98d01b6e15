import { type Condition, type Rule, segmentNames } from '@sluice/sdk/core';

export interface SegmentUsers {
  readonly flags: readonly { readonly environment: string; readonly flag: string }[];
  readonly segments: readonly string[];
}

interface ConfigWithRules {
  readonly environmentKey: string;
  readonly flagKey: string;
  readonly rules: readonly Rule[];
}

interface NamedCondition {
  readonly key: string;
  readonly when: Condition;
}

/** Finds the direct uses of each of `keys`: flags by environment, and other segments. */
export function findSegmentUsers(
  keys: readonly string[],
  configs: readonly ConfigWithRules[],
  segments: readonly NamedCondition[],
): ReadonlyMap<string, SegmentUsers> {
  const users = new Map(keys.map((key) => [key, { flags: [], segments: [] } as Collected]));
  for (const config of configs) {
    for (const key of segmentsOfRules(config.rules)) {
      users.get(key)?.flags.push({ environment: config.environmentKey, flag: config.flagKey });
    }
  }
  for (const segment of segments) {
    for (const key of segmentNames(segment.when)) users.get(key)?.segments.push(segment.key);
  }
  return users;
}

interface Collected {
  readonly flags: { environment: string; flag: string }[];
  readonly segments: string[];
}

export function segmentsOfRules(rules: readonly Rule[]): ReadonlySet<string> {
  return new Set(rules.flatMap((rule) => [...segmentNames(rule.when)]));
}

/** Describes the users of a segment for a rejection. */
export function nameSegmentUsers(users: SegmentUsers): readonly string[] {
  return [
    ...users.segments.map((key) => `segment "${key}"`),
    ...users.flags.map(({ environment, flag }) =>
      nameConfig({ environmentKey: environment, flagKey: flag }),
    ),
  ];
}

export function nameConfig(config: {
  readonly environmentKey: string;
  readonly flagKey: string;
}): string {
  return `flag "${config.flagKey}" in ${config.environmentKey}`;
}
