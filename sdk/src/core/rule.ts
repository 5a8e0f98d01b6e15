import { parseCondition, type Reading } from './conditions/condition.js';
import type { Matcher } from './conditions/matcher.js';
import type { AttributeReader } from './context.js';
import type { Inclusion, SplitChoice } from './hash/bucketing-hash.js';
import { isRecord, type JsonRecord, own } from './json.js';
import { type Outcome, type OutcomeFactory, type ReleaseArms, servedOutcome } from './outcome.js';
import { type Report, reportBelow, show } from './problem.js';
import type { Arm } from './resolution.js';
import { defaultDrawing, parseRollout } from './rollout.js';
import { type ParsedSplit, parseSplit, splitChoice } from './split.js';

export interface CompiledRule {
  readonly id: string;
  /** Absent: matches every context. */
  readonly matches: Matcher | undefined;
  /**
   * The attribute that users are drawn by; absent when the rule has neither a rollout nor a split.
   */
  readonly drawnBy: AttributeReader | undefined;
  readonly includes: Inclusion;
  /** Selects a variant of a split. */
  readonly choose: ((unit: string) => Outcome) | undefined;
  readonly release: Readonly<Record<Arm, ReleaseArms>> | undefined;
  /** Served unless a split selects among several variants. */
  readonly outcome: Outcome;
}

/** The part of the flag that its rules depend on. */
export interface RuleScope extends OutcomeFactory {
  readonly key: string;
  readonly seed: string;
}

/** The only parser of rules. Returns nothing when the rule must not apply. */
export function parseRule(
  rule: unknown,
  scope: RuleScope,
  { segment, report }: Reading,
): CompiledRule | undefined {
  if (!isRecord(rule)) {
    report('', `rule must be an object, got ${show(rule)}`);
    return undefined;
  }
  const id = own(rule, 'id');
  if (typeof id !== 'string') report('/id', `id must be a string, got ${show(id)}`);
  const below = (name: string) => reportBelow(report, `/${name}`);
  const when = partOf(rule, 'when', (value) =>
    parseCondition(value, { segment, report: below('when') }),
  );
  const rollout = partOf(rule, 'rollout', (value) =>
    parseRollout(value, scope.seed, below('rollout')),
  );
  const serve = parseServe(own(rule, 'serve'), scope, below('serve'));
  const release = parseRelease(rule, scope.key, report);
  if (typeof id !== 'string' || !when.isUsable || !rollout.isUsable) return undefined;
  if (serve === undefined) return undefined;
  const split = typeof serve === 'string' ? undefined : serve;
  const drawing = rollout.value ?? (split && defaultDrawing(scope.seed));
  const reason = drawing === undefined ? 'TARGETING_MATCH' : 'SPLIT';
  const variants = typeof serve === 'string' ? [serve] : serve.variants;
  const outcomes = variants.map((name) => servedOutcome(scope, name, { reason, ruleId: id }));
  return {
    id,
    matches: when.value?.matches,
    drawnBy: drawing?.unit,
    includes: rollout.value?.includes ?? everybody,
    choose: split && drawing && outcomeChoice(splitChoice(split, drawing), outcomes),
    release,
    outcome: outcomes[0]!,
  };
}

function outcomeChoice(choice: SplitChoice, outcomes: readonly Outcome[]): CompiledRule['choose'] {
  return (unit) => outcomes[choice(unit)]!;
}

function everybody(): boolean {
  return true;
}

interface Part<T> {
  readonly value: T | undefined;
  /** True when the part is absent or readable. */
  readonly isUsable: boolean;
}

function partOf<T>(
  rule: JsonRecord,
  name: string,
  parse: (value: unknown) => T | undefined,
): Part<T> {
  const source = own(rule, name);
  if (source === undefined) return { value: undefined, isUsable: true };
  const value = parse(source);
  return { value, isUsable: value !== undefined };
}

function parseServe(
  serve: unknown,
  { variants }: RuleScope,
  report: Report,
): string | ParsedSplit | undefined {
  const variant = isRecord(serve) ? own(serve, 'variant') : undefined;
  const split = isRecord(serve) ? own(serve, 'split') : undefined;
  if ((variant === undefined) === (split === undefined)) {
    report('', `serve must be exactly one of "variant" or "split", got ${show(serve)}`);
    return undefined;
  }
  if (split !== undefined) {
    return parseSplit(split, (name) => variants.has(name), reportBelow(report, '/split'));
  }
  if (typeof variant !== 'string') {
    report('/variant', `variant must be a name, got ${show(variant)}`);
    return undefined;
  }
  if (!variants.has(variant)) report('/variant', `variant ${show(variant)} does not exist`);
  return variant;
}

/** A release without a usable id has no arms; the rule is served without it. */
function parseRelease(rule: JsonRecord, flag: string, report: Report): CompiledRule['release'] {
  const release = own(rule, 'release');
  if (release === undefined) return undefined;
  const id = isRecord(release) ? own(release, 'id') : undefined;
  const phase = isRecord(release) ? own(release, 'phase') : undefined;
  if (typeof id !== 'string' || typeof phase !== 'number') {
    report('/release', `release must have an id and a phase, got ${show(release)}`);
    return undefined;
  }
  if (!startsAtZero(own(rule, 'rollout'))) {
    report('/rollout', 'a release needs a rollout that starts at 0');
    return undefined;
  }
  const side = (arm: Arm): ReleaseArms => Object.freeze([Object.freeze({ flag, id, phase, arm })]);
  return { treatment: side('treatment'), control: side('control') };
}

/** A release must start at 0, so that raising its percentage never removes users. */
function startsAtZero(rollout: unknown): boolean {
  return isRecord(rollout) && (own(rollout, 'from') ?? 0) === 0;
}
