import type { Reading } from '../conditions/condition.js';
import { type Definition, isOfType, parseDefinition } from '../definition.js';
import { parseFlag } from '../flag.js';
import { isRecord, type JsonRecord, own } from '../json.js';
import { PARENTS_MAX, RULES_MAX, VARIANTS_MAX } from '../limits.js';
import {
  ignoreProblems,
  type Problem,
  pointerTo,
  type Report,
  reportBelow,
  show,
} from '../problem.js';
import { findParentCycle, parentChainLength } from './cycle.js';
import { isValidKey, KEY_FORM } from './key.js';
import { checkRule, collect, lookupIn, ruleScope, type Segments } from './rule-problems.js';

/** The flags and segments that a flag is checked against. */
export interface FlagSurroundings {
  /** All flags of the environment, including the checked one. */
  readonly flags: Readonly<Record<string, unknown>>;
  readonly segments: Segments;
}

/** Everything that makes saving fail: parts that evaluation could not use, and exceeded limits. */
export function problemsOfFlag(key: string, { flags, segments }: FlagSurroundings): Problem[] {
  return collect((report) => {
    const flag = own(flags, key);
    if (!isValidKey(key)) report('', `key must be ${KEY_FORM}, got ${show(key)}`);
    if (!isRecord(flag)) {
      report('', `flag must be an object, got ${show(flag)}`);
      return;
    }
    const definition = parseDefinition(flag, ignoreProblems);
    checkForm(key, flag, report);
    checkVariants(flag, definition, report);
    checkServed(flag, definition, report);
    checkParent(key, flags, report);
    checkRules(flag, { segment: lookupIn(segments), report });
  });
}

/**
 * Uses the parser of evaluation without the kill, which would hide other issues. Checks rules in
 * any status.
 */
function checkForm(key: string, flag: JsonRecord, report: Report): void {
  const killed = own(flag, 'killed');
  const rules = own(flag, 'rules');
  const form = {
    ...flag,
    killed: killed === true ? false : killed,
    rules: Array.isArray(rules) ? [] : rules,
  };
  parseFlag(key, form, { segment: () => 'unknown', report });
}

function checkVariants(flag: JsonRecord, { type, variants }: Definition, report: Report): void {
  const names = Object.keys(isRecord(flag.variants) ? flag.variants : {});
  checkKeys(names, (index) => pointerTo('/variants', names[index]!), report);
  if (names.length > VARIANTS_MAX) {
    report('/variants', `at most ${VARIANTS_MAX} variants, got ${names.length}`);
  }
  for (const name of names) {
    const value = variants.get(name);
    if (type === undefined || (value !== undefined && isOfType(value, type))) continue;
    report(pointerTo('/variants', name), `value must be of type ${type}, got ${show(value)}`);
  }
  const isPair = names.length === 2 && variants.get('on') === true && variants.get('off') === false;
  if (type === 'boolean' && (!isPair || flag.offVariant !== 'off')) {
    const expected = '"on" = true and "off" = false, and serve "off" when off';
    report('/variants', `a boolean flag must have ${expected}`);
  }
}

function checkServed(flag: JsonRecord, { variants }: Definition, report: Report): void {
  const status = own(flag, 'status');
  const needsOn = status === 'on' || status === 'inherit';
  for (const member of ['onVariant', 'defaultVariant']) {
    const variant = own(flag, member);
    if (variant === undefined && !(needsOn && member === 'onVariant')) continue;
    if (typeof variant === 'string' && variants.has(variant)) continue;
    report(`/${member}`, `${member} must name a variant, got ${show(variant)}`);
  }
}

function checkParent(key: string, flags: FlagSurroundings['flags'], report: Report): void {
  const flag = flags[key];
  const parent = isRecord(flag) ? own(flag, 'parent') : undefined;
  if (parent === undefined) return;
  if (typeof parent !== 'string' || !Object.hasOwn(flags, parent)) {
    report('/parent', `parent must be the key of a flag, got ${show(parent)}`);
    return;
  }
  const cycle = findParentCycle(flags, key);
  if (cycle !== undefined) {
    report('/parent', `parents run in a cycle: ${cycle.map(show).join(', ')}`);
    return;
  }
  const count = parentChainLength(flags, key);
  if (count > PARENTS_MAX) report('/parent', `at most ${PARENTS_MAX} parents, got ${count}`);
}

function checkRules(flag: JsonRecord, { segment, report }: Reading): void {
  const rules = own(flag, 'rules');
  if (!Array.isArray(rules)) return;
  if (rules.length > RULES_MAX) {
    report('/rules', `at most ${RULES_MAX} rules, got ${rules.length}`);
  }
  const scope = ruleScope(flag);
  for (const [index, rule] of rules.entries()) {
    checkRule(rule, scope, { segment, report: reportBelow(report, `/rules/${index}`) });
  }
  const ids = rules.map((rule) => (isRecord(rule) ? own(rule, 'id') : undefined));
  checkUnique(ids, (index) => `/rules/${index}/id`, report);
}

function checkKeys(
  keys: readonly string[],
  pointerOf: (index: number) => string,
  report: Report,
): void {
  for (const [index, key] of keys.entries()) {
    if (!isValidKey(key)) report(pointerOf(index), `key must be ${KEY_FORM}, got ${show(key)}`);
  }
  checkUnique(keys, pointerOf, report);
}

/** Rejects keys that differ only by case, because users would confuse them. */
function checkUnique(
  keys: readonly unknown[],
  pointerOf: (index: number) => string,
  report: Report,
): void {
  const seen = new Set<string>();
  for (const [index, key] of keys.entries()) {
    if (typeof key !== 'string') continue;
    const folded = key.toLowerCase();
    if (seen.has(folded)) report(pointerOf(index), `must be unique, got ${show(key)} again`);
    seen.add(folded);
  }
}
