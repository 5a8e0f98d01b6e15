import type { SegmentLookup } from './conditions/condition.js';
import { type Definition, parseDefinition } from './definition.js';
import { isRecord, type JsonRecord, own } from './json.js';
import { failedOutcome, type Outcome, servedOutcome } from './outcome.js';
import { pointerTo, type Report, show } from './problems/problem.js';
import { isSeed } from './rollout.js';
import { type CompiledRule, parseRule, type RuleScope } from './rule.js';
import type { FlagStatus } from './ruleset.js';

/** A flag on its own: all that can be known without looking at its parents. */
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
export function parseFlag(
  key: string,
  flag: unknown,
  segment: SegmentLookup,
  report: Report,
): FlagBody {
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
  return statusBody(flag, definition, report, () =>
    parseRules(rules, { ...definition, key, seed, segment }, report),
  );
}

/** A rule that must not be taken is left out, and so is a second one of the same id. */
export function parseRules(
  rules: readonly unknown[],
  scope: RuleScope,
  report: Report,
): CompiledRule[] {
  const usable = new Map<string, CompiledRule>();
  for (const [index, source] of rules.entries()) {
    const at = pointerTo('/rules', index);
    const rule = parseRule(source, scope, (pointer, message) => report(at + pointer, message));
    if (rule === undefined) continue;
    if (usable.has(rule.id)) report(`${at}/id`, `id must be unique, got ${show(rule.id)} again`);
    else usable.set(rule.id, rule);
  }
  return [...usable.values()];
}

function statusBody(
  flag: JsonRecord,
  definition: Definition,
  report: Report,
  rules: () => CompiledRule[],
): FlagBody {
  const status = own(flag, 'status');
  const offOutcome = servedOutcome(definition, definition.offVariant, { reason: 'DISABLED' });
  const onOutcome = servedOutcome(definition, own(flag, 'onVariant'), { reason: 'STATIC' });
  const defaultVariant = own(flag, 'defaultVariant');
  const otherwise = servedOutcome(
    definition,
    defaultVariant === undefined ? definition.offVariant : defaultVariant,
    { reason: 'DEFAULT' },
  );
  const body = { fixed: undefined, disabled: offOutcome, rules: [] };
  switch (status) {
    case 'on':
      return { ...body, otherwise: onOutcome };
    case 'inherit':
      return { ...body, otherwise: hasParent(flag) ? onOutcome : otherwise };
    case 'conditional':
      return { ...body, rules: rules(), otherwise };
    default:
      if (status !== 'off') {
        report('/status', `status must be one of ${show(STATUSES)}, got ${show(status)}`);
      }
      return fixedBody(offOutcome);
  }
}

function fixedBody(outcome: Outcome): FlagBody {
  return {
    fixed: outcome,
    disabled: outcome,
    rules: [],
    otherwise: outcome,
  };
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

function hasParent(flag: JsonRecord): boolean {
  return own(flag, 'parent') !== undefined;
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
