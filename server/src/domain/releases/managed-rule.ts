import type { Condition, ReleaseMetric, Rule, RuleRelease } from '@sluice/sdk/core';
import type { PinnedGates } from '../gates/evidence.js';
import type { ComparedMetric, MetricDefinition } from '../metrics/metric.js';
import type { Release } from './release.js';

/** What a release writes into its rule. SDKs pass over `audience`; we need it to take it back. */
export interface ManagedRelease extends RuleRelease {
  /** Segment of the step in force, wrapped around the rule's own condition. */
  readonly audience?: string;
}

export type ManagedRule = Rule & { readonly release: ManagedRelease };

export function isManaged(rule: Rule): rule is ManagedRule {
  return rule.release !== undefined;
}

/** The rule as people wrote it and may edit it. */
export function ruleAsWritten(rule: Rule): Rule {
  if (!isManaged(rule)) return rule;
  const { release, when, ...rest } = rule;
  const own = release.audience === undefined ? when : innerCondition(when);
  return orderedRule(rest, own);
}

export function rulesAsWritten(rules: readonly Rule[]): readonly Rule[] {
  return rules.some(isManaged) ? rules.map(ruleAsWritten) : rules;
}

/** A proposal as SDKs would get it: with the audience of the step in force around its rule. */
export function rulesAsServed(written: readonly Rule[], wire: readonly Rule[]): readonly Rule[] {
  return written.map((rule) => {
    const live = wire.find(({ id }) => id === rule.id);
    const audience = live !== undefined && isManaged(live) ? live.release.audience : undefined;
    return audience === undefined ? rule : { ...rule, when: wrapCondition(audience, rule.when) };
  });
}

export interface PhaseOfRule {
  readonly startedAt: number;
  /** What SDKs gather; absent: as in the phase before. */
  readonly metrics?: readonly ReleaseMetric[];
  /** "Draw new people". */
  readonly seed?: string;
}

/** The rule as SDKs get it in the current phase of its release. */
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

/** What SDKs gather for these gates; limits count events of the treated side. */
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

/** What the request adapters see belongs to its request, the rest to the person at that moment. */
function attributionOf(event: string): ReleaseMetric['attribution'] {
  return event.startsWith('http.') ? 'request' : 'assignment';
}

function wrapCondition(segment: string, when: Condition | undefined): Condition {
  return { all: [{ segment }, ...(when === undefined ? [] : [when])] };
}

function innerCondition(when: Condition | undefined): Condition | undefined {
  return when !== undefined && 'all' in when ? when.all[1] : when;
}

/** In the order of the documentation, so that a ruleset reads the same whoever wrote it. */
function orderedRule(rule: Omit<Rule, 'when'>, when: Condition | undefined): Rule {
  const { id, rollout, ...rest } = rule;
  return {
    id,
    ...(when === undefined ? {} : { when }),
    ...(rollout === undefined ? {} : { rollout }),
    ...rest,
  };
}
