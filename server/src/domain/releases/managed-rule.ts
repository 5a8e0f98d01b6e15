import type { Condition, ReleaseMetric, Rule, RuleRelease } from '@sluice/sdk/core';
import type { PinnedGates } from '../gates/evidence.js';
import type { ComparedMetric, MetricDefinition } from '../metrics/metric.js';
import type { Release } from './release.js';

/**
 * The part of a rule that a release writes. SDKs ignore `audience`; the server needs it to unwrap
 * the condition.
 */
export interface ManagedRelease extends RuleRelease {
  /** Segment of the step in force, wrapped around the rule's own condition. */
  readonly audience?: string;
}

export type ManagedRule = Rule & { readonly release: ManagedRelease };

export function isManaged(rule: Rule): rule is ManagedRule {
  return rule.release !== undefined;
}

/** The rule without the release, as users wrote it and may edit it. */
export function ruleAsWritten(rule: Rule): Rule {
  if (!isManaged(rule)) return rule;
  const { release, when, ...rest } = rule;
  const own = release.audience === undefined ? when : innerCondition(when);
  return orderedRule(rest, own);
}

export function rulesAsWritten(rules: readonly Rule[]): readonly Rule[] {
  return rules.some(isManaged) ? rules.map(ruleAsWritten) : rules;
}

/**
 * Proposed rules as SDKs would get them: with the audience of the current step around the managed
 * rule.
 */
export function rulesAsServed(written: readonly Rule[], wire: readonly Rule[]): readonly Rule[] {
  return written.map((rule) => {
    const live = wire.find(({ id }) => id === rule.id);
    const audience = live !== undefined && isManaged(live) ? live.release.audience : undefined;
    return audience === undefined ? rule : { ...rule, when: wrapCondition(audience, rule.when) };
  });
}

export interface PhaseOfRule {
  readonly startedAt: number;
  /** Metrics that SDKs collect; absent: the same as in the phase before. */
  readonly metrics?: readonly ReleaseMetric[];
  /** Set by "Draw new people". */
  readonly seed?: string;
}

/** The rule as SDKs get it in the current phase of the release. */
export function ruleOfPhase(before: Rule, release: Release, phase: PhaseOfRule): Rule {
  const audience = release.plan.steps[release.step]?.audience ?? null;
  const { when, ...rest } = ruleAsWritten(before);
  const wrapped = audience === null ? when : wrapCondition(audience, when);
  const managed: ManagedRelease = {
    id: release.id,
    phase: release.phase,
    phaseStartedAt: phase.startedAt,
    warmUpSeconds: release.plan.warmUpSeconds,
    salt: release.salt,
    sample: release.sample,
    metrics: phase.metrics ?? before.release?.metrics ?? [],
    ...(audience === null ? {} : { audience }),
  };
  const seed = phase.seed === undefined ? {} : { seed: phase.seed };
  const rollout = { ...rest.rollout, to: release.percent, ...seed };
  return { ...orderedRule({ ...rest, rollout }, wrapped), release: managed };
}

export function replaceRule(
  rules: readonly Rule[],
  ruleId: string,
  change: (rule: Rule) => Rule,
): readonly Rule[] {
  return rules.map((rule) => (rule.id === ruleId ? change(rule) : rule));
}

/** Metrics that SDKs collect for these gates; limits count events of treatment. */
export function releaseMetrics(
  { compared, limits }: PinnedGates,
  definitions: Readonly<Record<string, MetricDefinition>>,
): readonly ReleaseMetric[] {
  const ofLimits = limits.flatMap(({ metric }) => {
    const definition = definitions[metric];
    if (definition?.kind !== 'slo') return [];
    const { kind, bad, total } = definition;
    return [{ key: metric, kind, event: bad, total, attribution: attributionOf(bad) }];
  });
  return [
    ...compared.map(({ metric, definition }) => comparedMetric(metric, definition)),
    ...ofLimits,
  ];
}

function comparedMetric(key: string, definition: ComparedMetric): ReleaseMetric {
  const { kind, event, attribution } = definition;
  if (definition.kind === 'split') return { key, kind, event, attribution };
  const { per, thresholdMs, cap } = definition;
  return {
    ...{ key, kind, event, attribution, per },
    ...(thresholdMs === null ? {} : { thresholdMs }),
    ...(cap === null ? {} : { cap }),
  };
}

/**
 * Events of the request adapters belong to their request, all others to the user's arm at that
 * moment.
 */
function attributionOf(event: string): ReleaseMetric['attribution'] {
  return event.startsWith('http.') ? 'request' : 'assignment';
}

function wrapCondition(segment: string, when: Condition | undefined): Condition {
  return { all: [{ segment }, ...(when === undefined ? [] : [when])] };
}

function innerCondition(when: Condition | undefined): Condition | undefined {
  return when !== undefined && 'all' in when ? when.all[1] : when;
}

/**
 * Uses the field order of the documentation, so a ruleset looks the same whichever code wrote it.
 */
function orderedRule(rule: Omit<Rule, 'when'>, when: Condition | undefined): Rule {
  const { id, rollout, ...rest } = rule;
  return {
    id,
    ...(when === undefined ? {} : { when }),
    ...(rollout === undefined ? {} : { rollout }),
    ...rest,
  };
}
