import {
  type ParsedCondition,
  parseCondition,
  type SegmentLookup,
} from './conditions/condition.js';
import type { Matcher } from './conditions/matcher.js';
import type { AttributeReader } from './context.js';
import type { Inclusion } from './hash/bucketing-hash.js';
import { isRecord, type JsonRecord, own } from './json.js';
import { type Outcome, type OutcomeFactory, type ReleaseArms, servedOutcome } from './outcome.js';
import { type Report, show } from './problems/problem.js';
import type { Arm } from './resolution.js';
import { defaultDrawing, type ParsedRollout, parseRollout } from './rollout.js';
import { type ParsedSplit, parseSplit, splitChoice } from './split.js';

export interface CompiledRule {
  readonly id: string;
  /** Absent: everybody. */
  readonly matches: Matcher | undefined;
  /** Present when a rollout or a split takes part. */
  readonly draw: CompiledDraw | undefined;
  /** Served when no split chooses among several. */
  readonly outcome: Outcome;
}

export interface CompiledDraw {
  readonly unit: AttributeReader;
  readonly includes: Inclusion;
  readonly choose: ((unit: string) => Outcome) | undefined;
  readonly release: Readonly<Record<Arm, ReleaseArms>> | undefined;
}

/** What a rule needs to know of the flag around it. */
export interface RuleScope extends OutcomeFactory {
  readonly key: string;
  readonly seed: string;
  readonly segment: SegmentLookup;
}

/** The one reading of a rule; nothing when it must not be taken. */
export function parseRule(
  rule: unknown,
  scope: RuleScope,
  report: Report,
): CompiledRule | undefined {
  if (!isRecord(rule)) {
    report('', `rule must be an object, got ${show(rule)}`);
    return undefined;
  }
  const id = own(rule, 'id');
  if (typeof id !== 'string') report('/id', `id must be a string, got ${show(id)}`);
  const when = parseWhen(rule, scope, report);
  const rollout = parseRolloutOf(rule, scope, report);
  const serve = parseServe(own(rule, 'serve'), scope, report);
  if (typeof id !== 'string' || when === MALFORMED || rollout === MALFORMED) return undefined;
  if (serve === undefined) return undefined;
  const release = parseRelease(own(rule, 'release'), rollout, scope, report);
  const reason = rollout === undefined && typeof serve === 'string' ? 'TARGETING_MATCH' : 'SPLIT';
  const variants = typeof serve === 'string' ? [serve] : serve.variants;
  const outcomes = variants.map((name) => servedOutcome(scope, name, { reason, ruleId: id }));
  return {
    id,
    matches: when?.matches,
    draw:
      reason === 'SPLIT' ? drawOf({ rollout, serve, outcomes, release }, scope.seed) : undefined,
    outcome: outcomes[0]!,
  };
}

const MALFORMED = Symbol('malformed');
type Optional<T> = T | undefined | typeof MALFORMED;

function parseWhen(rule: JsonRecord, scope: RuleScope, report: Report): Optional<ParsedCondition> {
  const when = own(rule, 'when');
  if (when === undefined) return undefined;
  const at: Report = (pointer, message) => report(`/when${pointer}`, message);
  return parseCondition(when, scope.segment, at) ?? MALFORMED;
}

function parseRolloutOf(
  rule: JsonRecord,
  scope: RuleScope,
  report: Report,
): Optional<ParsedRollout> {
  const rollout = own(rule, 'rollout');
  if (rollout === undefined) return undefined;
  const at: Report = (pointer, message) => report(`/rollout${pointer}`, message);
  return parseRollout(rollout, scope.seed, at) ?? MALFORMED;
}

function parseServe(
  serve: unknown,
  scope: RuleScope,
  report: Report,
): string | ParsedSplit | undefined {
  const variant = isRecord(serve) ? own(serve, 'variant') : undefined;
  const split = isRecord(serve) ? own(serve, 'split') : undefined;
  if ((variant === undefined) === (split === undefined)) {
    report('/serve', `serve must be exactly one of "variant" or "split", got ${show(serve)}`);
    return undefined;
  }
  if (split !== undefined) {
    const at: Report = (pointer, message) => report(`/serve/split${pointer}`, message);
    return parseSplit(split, (name) => scope.variants.has(name), at);
  }
  if (typeof variant !== 'string') {
    report('/serve/variant', `variant must be a name, got ${show(variant)}`);
    return undefined;
  }
  if (!scope.variants.has(variant)) {
    report('/serve/variant', `variant ${show(variant)} does not exist`);
  }
  return variant;
}

interface DrawParts {
  readonly rollout: ParsedRollout | undefined;
  readonly serve: string | ParsedSplit;
  readonly outcomes: readonly Outcome[];
  readonly release: CompiledDraw['release'];
}

function drawOf({ rollout, serve, outcomes, release }: DrawParts, flagSeed: string): CompiledDraw {
  const drawing = rollout ?? defaultDrawing(flagSeed);
  const choose = typeof serve === 'string' ? undefined : splitChoice(serve, drawing);
  return {
    unit: drawing.unit,
    includes: rollout?.includes ?? everybody,
    choose: choose && ((unit) => outcomes[choose(unit)]!),
    release,
  };
}

function everybody(): boolean {
  return true;
}

/** A release that cannot be named has no arms; people are served all the same. */
function parseRelease(
  release: unknown,
  rollout: ParsedRollout | undefined,
  scope: RuleScope,
  report: Report,
): CompiledDraw['release'] {
  if (release === undefined) return undefined;
  const id = isRecord(release) ? own(release, 'id') : undefined;
  const phase = isRecord(release) ? own(release, 'phase') : undefined;
  if (typeof id !== 'string' || typeof phase !== 'number') {
    report('/release', `release must have an id and a phase, got ${show(release)}`);
    return undefined;
  }
  if (rollout?.startsAtZero !== true) {
    report('/rollout', 'a release needs a rollout that starts at 0');
    return undefined;
  }
  const side = (arm: Arm): ReleaseArms =>
    Object.freeze([Object.freeze({ flag: scope.key, id, phase, arm })]);
  return { treatment: side('treatment'), control: side('control') };
}
