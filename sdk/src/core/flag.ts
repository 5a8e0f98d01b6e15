import type { Reading } from './conditions/condition.js';
import { type Definition, parseDefinition } from './definition.js';
import { isRecord, type JsonRecord, own } from './json.js';
import { failedOutcome, type Outcome, servedOutcome } from './outcome.js';
import { type Report, reportBelow, show } from './problems/problem.js';
import { isSeed } from './rollout.js';
import { type CompiledRule, parseRule, type RuleScope } from './rule.js';
import type { FlagStatus } from './ruleset.js';

/**
 * A flag on its own: all that can be known without looking at its parents. Bodies and rules are made
 * by literals and never by spreading, because V8 gives each spread object a hidden class of its own,
 * and evaluation reads objects of many classes several times slower.
 */
export interface FlagBody {
  /** Killed, malformed or off: nothing else is asked. */
  readonly fixed: Outcome | undefined;
  /** When the parent is not active. */
  readonly disabled: Outcome;
  /** None but for a conditional flag. */
  readonly rules: readonly CompiledRule[];
  /** When no rule is taken. */
  readonly otherwise: Outcome;
}

const STATUSES: readonly unknown[] = ['off', 'on', 'inherit', 'conditional'] satisfies FlagStatus[];

/** The one reading of a flag. It is total: a malformed flag has its answer too. */
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
  const { fixed, disabled, otherwise } = statusBody(flag, definition, report);
  const isConditional = own(flag, 'status') === 'conditional';
  const usable = isConditional ? parseRules(rules, { ...definition, key, seed }, reading) : [];
  return { fixed, disabled, rules: usable, otherwise };
}

/** A rule that must not be taken is left out, and so is a second one of the same id. */
function parseRules(
  rules: readonly unknown[],
  scope: RuleScope,
  { segment, report }: Reading,
): CompiledRule[] {
  const usable = new Map<string, CompiledRule>();
  for (const [index, source] of rules.entries()) {
    const below = reportBelow(report, `/rules/${index}`);
    const rule = parseRule(source, scope, { segment, report: below });
    if (rule === undefined) continue;
    if (usable.has(rule.id)) below('/id', `id must be unique, got ${show(rule.id)} again`);
    else usable.set(rule.id, rule);
  }
  return [...usable.values()];
}

function statusBody(flag: JsonRecord, definition: Definition, report: Report): FlagBody {
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
      return openBody(disabled, onOutcome);
    case 'inherit':
      return openBody(disabled, own(flag, 'parent') === undefined ? byDefault : onOutcome);
    case 'conditional':
      return openBody(disabled, byDefault);
    case 'off':
      return fixedBody(disabled);
    default:
      report('/status', `status must be one of ${show(STATUSES)}, got ${show(status)}`);
      return fixedBody(disabled);
  }
}

function openBody(disabled: Outcome, otherwise: Outcome): FlagBody {
  return { fixed: undefined, disabled, rules: [], otherwise };
}

function fixedBody(outcome: Outcome): FlagBody {
  return { fixed: outcome, disabled: outcome, rules: [], otherwise: outcome };
}

/** Nothing beats a kill, whatever is wrong with the rest of the flag. */
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
