import type { FieldError } from '@sluice/sdk/protocol';
import { type PowerGate, previewPower, type StepPower } from '../../domain/gates/power.js';
import type { EnvironmentGrant } from '../../domain/grant.js';
import { isCompared, type MetricDefinition } from '../../domain/metrics/metric.js';
import { rulesAsWritten } from '../../domain/releases/managed-rule.js';
import { type ParentFlag, problemOfParent } from '../../domain/releases/parent-flag.js';
import type { ReleasePlan } from '../../domain/releases/plan.js';
import type { PlanInput } from '../../domain/releases/plan-input.js';
import {
  type TargetRule,
  targetRule,
  warningsOfTarget,
} from '../../domain/releases/target-rule.js';
import { formatDuration } from '../../domain/format.js';
import type { Sources } from '../../domain/sources/sources.js';
import { findFlag } from '../../store/flag-store.js';
import { type FlagConfigView, readFlagConfig } from '../../store/read-models/flag-config-view.js';
import { readParentFlags } from '../../store/read-models/parent-flags.js';
import { readTraffic, type Traffic } from '../../store/read-models/release-traffic.js';
import type { Ctx } from '../context.js';
import { problemsOfSources } from './assert-sources-answer.js';
import { resolveGates } from './pin-round.js';
import { planOfInput } from './plan-of-input.js';

export interface PreviewRelease {
  readonly flag: string;
  readonly ruleId?: string | undefined;
  readonly plan: PlanInput;
}

export interface ReleasePreview {
  /** Reasons for which a start would be rejected. */
  readonly errors: readonly FieldError[];
  readonly warnings: readonly FieldError[];
  readonly plan: ReleasePlan;
  /** The harm that each step can detect at the traffic of the last day, and how soon. */
  readonly power: readonly StepPower[];
  /** The share of the rule's users whose value changes at the start; null: not known. */
  readonly movedShare: number | null;
}

/** Computes the errors and warnings of a start, without starting. */
export async function previewRelease(
  ctx: Ctx,
  grant: EnvironmentGrant<'flag:read'>,
  input: PreviewRelease,
  sources: Sources,
): Promise<ReleasePreview> {
  const { db } = ctx;
  const flag = await findFlag(db, grant, input.flag);
  const config = await readFlagConfig(db, grant, input.flag);
  const { plan, problems } = await planOfInput(db, grant, input.plan);
  const target = targetRule(config, flag.variants, input.ruleId);
  const isOpen = 'rule' in target;
  const { environmentId, projectId } = grant;
  const { definitions, warnings: guessed } = await resolveGates(db, grant, plan);
  const traffic = await readTraffic(db, environmentId, input.flag, eventsIn(definitions));
  const power = powerOf(plan, definitions, traffic);
  const parents = await readParentFlags(db, { environmentId, projectId, flagId: flag.id });
  const unheard = await problemsOfSources(ctx, grant, input, sources);
  return {
    errors: [...problems, ...unheard, ...(isOpen ? [] : target.problems), ...refusalsOf(config)],
    warnings: isOpen
      ? [
          ...warningsOfTarget(config, target),
          ...warningsOfStart(config, target, plan),
          ...guessed,
          ...warningsOfPower(power),
          ...warningsOfMaturity(plan),
          ...parents.flatMap(warningOfParent),
        ]
      : [],
    plan,
    power,
    movedShare: isOpen ? movedShare(target, plan) : null,
  };
}

function refusalsOf({ killed, release }: FlagConfigView): readonly FieldError[] {
  return [
    ...(killed ? [{ pointer: '', message: 'the flag is killed: restore it first' }] : []),
    ...(release === null ? [] : [{ pointer: '', message: 'a release has not ended here' }]),
  ];
}

/** A larger percentage includes all users of a smaller one, so their difference is exact. */
function movedShare({ rule }: TargetRule, { steps }: ReleasePlan): number {
  const change = (steps[0]?.percent ?? 0) - (rule.rollout?.to ?? 0);
  return Math.abs(Math.round(change * 1_000)) / 100_000;
}

function warningsOfStart(
  { status, rules }: FlagConfigView,
  { rule, isNew }: TargetRule,
  { steps }: ReleasePlan,
): readonly FieldError[] {
  const now = rule.rollout?.to ?? 0;
  const first = steps[0]?.percent ?? 0;
  const others = rulesAsWritten(rules).filter(({ id }) => id !== rule.id);
  return [
    ...(first < now
      ? [
          {
            pointer: '/plan/steps/0/percent',
            message: `lowers exposure from ${now} % to ${first} %`,
          },
        ]
      : []),
    ...(status === 'off' && others.length > 0
      ? [
          {
            pointer: '',
            message: `the flag leaves "off", so ${others.length} other rules count too`,
          },
        ]
      : []),
    ...(isNew
      ? [{ pointer: '/ruleId', message: `a new rule "${rule.id}" for everybody is added` }]
      : []),
  ];
}

/** A first step that needs longer than this to rule out harm gets a warning. */
const HOURS_MAX = 24 * 7;

function warningsOfPower(power: readonly StepPower[]): readonly FieldError[] {
  const [first] = power;
  const slow = first?.ruledOut.filter(({ hours }) => hours === null || hours > HOURS_MAX) ?? [];
  if (first === undefined || slow.length === 0) return [];
  const names = slow.map(({ metric }) => metric).join(', ');
  const message = `at the traffic of the last day this step can hardly be earned: ${names}`;
  return [{ pointer: '/plan/steps/0', message }];
}

/** The release can start, but it does not reach users for whom the parent is inactive. */
function warningOfParent(parent: ParentFlag): readonly FieldError[] {
  const problem = problemOfParent(parent);
  return problem === null ? [] : [{ pointer: '', message: `holds at its first step: ${problem}` }];
}

function warningsOfMaturity({ steps, gates }: ReleasePlan): readonly FieldError[] {
  const shortest = Math.min(...steps.slice(0, -1).map(({ minBakeSeconds }) => minBakeSeconds));
  return gates.flatMap(({ metric, action, maturesAfterSeconds }, index) => {
    if (action === 'watch' || maturesAfterSeconds <= shortest) return [];
    const pointer = `/plan/gates/${index}/maturesAfterSeconds`;
    const least = formatDuration(maturesAfterSeconds * 1_000);
    return [{ pointer, message: `each compared step takes at least ${least}: ${metric} matures` }];
  });
}

function powerOf(
  plan: ReleasePlan,
  definitions: Readonly<Record<string, MetricDefinition>>,
  traffic: Traffic,
): readonly StepPower[] {
  const gates = plan.gates.flatMap(({ metric, action, ruledOut, floor }): PowerGate[] => {
    const definition = definitions[metric];
    if (action === 'watch' || definition === undefined || !isCompared(definition)) return [];
    const { kind, harmful } = definition;
    return [{ metric, kind, harmful, ruledOut, floor, rate: rateOf(definition, traffic) }];
  });
  return previewPower({ steps: plan.steps, gates, unitsPerHour: traffic.unitsPerHour });
}

const SLOW_SHARE = 0.05;

/**
 * Estimates the rate from the events of all users. For shares of users it is only a guess, since
 * users differ.
 */
function rateOf(definition: MetricDefinition, traffic: Traffic): number | null {
  if (!isCompared(definition)) return null;
  if (definition.kind === 'slowShare') return SLOW_SHARE;
  const { event } = definition;
  const isOfRequests = event.startsWith('http.');
  const of = isOfRequests ? traffic.requests : traffic.units;
  if (of === 0) return null;
  return Math.min(1, (traffic.events.get(event) ?? 0) / of);
}

/** The events whose rate the preview estimates. */
function eventsIn(definitions: Readonly<Record<string, MetricDefinition>>): readonly string[] {
  return Object.values(definitions).flatMap((definition) =>
    isCompared(definition) && definition.kind !== 'slowShare' ? [definition.event] : [],
  );
}
