import type { Reading, SegmentLookup } from './conditions/condition.js';
import { type Definition, parseDefinition } from './definition.js';
import { isRecord, type JsonRecord, own } from './json.js';
import { failedOutcome, type Outcome, servedOutcome } from './outcome.js';
import { ignoreProblems, type Report, show } from './problem.js';
import { isSeed } from './rollout.js';
import { type CompiledRule, parseRule, type RuleScope } from './rule.js';
import type { FlagStatus } from './ruleset.js';

/** A flag without its parents: everything that can be derived from its own document. */
export class FlagBody {
  /** Killed, malformed or off: the outcome of every evaluation. */
  readonly fixed: Outcome | undefined;
  /** The outcome when the parent is not active. */
  readonly disabled: Outcome;
  /** The outcome when no rule applies. */
  readonly otherwise: Outcome;
  readonly #rules: CompiledRule[] = [];
  #unread: UnreadRules | undefined;

  constructor({ fixed, disabled, otherwise }: Outcomes, unread?: UnreadRules) {
    this.fixed = fixed;
    this.disabled = disabled;
    this.otherwise = otherwise;
    this.#unread = unread;
  }

  /** The usable rules in order; undefined after the last one. */
  rule(index: number): CompiledRule | undefined {
    if (index < this.#rules.length) return this.#rules[index];
    return this.#unread === undefined ? undefined : this.#readTo(index);
  }

  /**
   * Parses one more rule; returns false when all are parsed. A rule is parsed when an evaluation
   * first reaches it, because its patterns may take milliseconds to compile. An unusable rule is
   * skipped, and so is a rule with the id of an earlier one.
   */
  readRule(): boolean {
    if (this.#unread === undefined) return false;
    const { sources, scope, segment } = this.#unread;
    const rule = readRule(sources[this.#unread.next++], scope, segment);
    if (this.#unread.next >= sources.length) this.#unread = undefined;
    if (rule !== undefined && !this.#hasRule(rule.id)) this.#rules.push(rule);
    return true;
  }

  #readTo(index: number): CompiledRule | undefined {
    while (index >= this.#rules.length && this.readRule());
    return this.#rules.at(index);
  }

  #hasRule(id: string): boolean {
    return this.#rules.some((rule) => rule.id === id);
  }
}

type Outcomes = Pick<FlagBody, 'fixed' | 'disabled' | 'otherwise'>;

interface UnreadRules {
  readonly sources: readonly unknown[];
  readonly scope: RuleScope;
  readonly segment: SegmentLookup;
  next: number;
}

const STATUSES: readonly unknown[] = ['off', 'on', 'inherit', 'conditional'] satisfies FlagStatus[];

/** The only parser of flags. It never fails: a malformed flag also has an outcome. */
export function parseFlag(key: string, flag: unknown, reading: Reading): FlagBody {
  const { report } = reading;
  if (!isRecord(flag)) {
    report('', `flag must be an object, got ${show(flag)}`);
    return fixedBody(failedOutcome('PARSE_ERROR'));
  }
  const definition = parseDefinition(flag, report);
  const seed = parseSeed(flag, report);
  const rules = parseRuleList(flag, report);
  const killed = parseKilled(flag, report);
  if (killed === true) return fixedBody(killedOutcome(definition));
  if (!definition.isUsable || seed === undefined || rules === undefined || killed === undefined) {
    return fixedBody(malformedOutcome(definition));
  }
  const outcomes = outcomesOf(flag, definition, report);
  const isConditional = own(flag, 'status') === 'conditional' && rules.length > 0;
  if (!isConditional) return new FlagBody(outcomes);
  const scope = { ...definition, key, seed };
  return new FlagBody(outcomes, { sources: rules, scope, segment: reading.segment, next: 0 });
}

/** Only a value that JSON cannot express throws; then only this rule is unusable. */
function readRule(
  source: unknown,
  scope: RuleScope,
  segment: SegmentLookup,
): CompiledRule | undefined {
  try {
    return parseRule(source, scope, { segment, report: ignoreProblems });
  } catch {
    return undefined;
  }
}

function outcomesOf(flag: JsonRecord, definition: Definition, report: Report): Outcomes {
  const { offVariant } = definition;
  const status = own(flag, 'status');
  const defaultVariant = own(flag, 'defaultVariant');
  const disabled = servedOutcome(definition, offVariant, { reason: 'DISABLED' });
  const onOutcome = servedOutcome(definition, own(flag, 'onVariant'), { reason: 'STATIC' });
  const byDefault = servedOutcome(
    definition,
    defaultVariant === undefined ? offVariant : defaultVariant,
    { reason: 'DEFAULT' },
  );
  switch (status) {
    case 'on':
      return { fixed: undefined, disabled, otherwise: onOutcome };
    case 'inherit':
      return {
        fixed: undefined,
        disabled,
        otherwise: own(flag, 'parent') === undefined ? byDefault : onOutcome,
      };
    case 'conditional':
      return { fixed: undefined, disabled, otherwise: byDefault };
    case 'off':
      return fixedOutcome(disabled);
    default:
      report('/status', `status must be one of ${show(STATUSES)}, got ${show(status)}`);
      return fixedOutcome(disabled);
  }
}

function fixedBody(outcome: Outcome): FlagBody {
  return new FlagBody(fixedOutcome(outcome));
}

function fixedOutcome(outcome: Outcome): Outcomes {
  return { fixed: outcome, disabled: outcome, otherwise: outcome };
}

/** A kill takes effect whatever is wrong with the rest of the flag. */
function killedOutcome(definition: Definition): Outcome {
  if (!definition.isOffServable) return failedOutcome('PARSE_ERROR');
  return servedOutcome(definition, definition.offVariant, { reason: 'DISABLED' });
}

function malformedOutcome(definition: Definition): Outcome {
  if (!definition.isOffTyped) return failedOutcome('PARSE_ERROR');
  const why = { reason: 'ERROR', errorCode: 'PARSE_ERROR' } as const;
  return servedOutcome(definition, definition.offVariant, why);
}

function parseSeed(flag: JsonRecord, report: Report): string | undefined {
  const seed = own(flag, 'seed');
  if (isSeed(seed)) return seed;
  report('/seed', `seed must be a string without ":", got ${show(seed)}`);
  return undefined;
}

function parseRuleList(flag: JsonRecord, report: Report): readonly unknown[] | undefined {
  const rules = own(flag, 'rules');
  if (rules === undefined) return [];
  if (Array.isArray(rules)) return rules;
  report('/rules', `rules must be a list, got ${show(rules)}`);
  return undefined;
}

function parseKilled(flag: JsonRecord, report: Report): boolean | undefined {
  const killed = own(flag, 'killed');
  if (killed === undefined || typeof killed === 'boolean') return killed === true;
  report('/killed', `killed must be true or false, got ${show(killed)}`);
  return undefined;
}
