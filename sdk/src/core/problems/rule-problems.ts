import { parseCondition, type Reading, type SegmentLookup } from '../conditions/condition.js';
import { parseSegment } from '../conditions/segment.js';
import { SegmentTable } from '../conditions/segment-table.js';
import { parseDefinition } from '../definition.js';
import { isRecord, type JsonRecord, own } from '../json.js';
import { ignoreProblems, type Problem, type Report, show } from '../problem.js';
import { isSeed } from '../rollout.js';
import { parseRule, type RuleScope } from '../rule.js';
import { findSegmentCycle } from './cycle.js';
import { isValidKey, KEY_FORM } from './key.js';

export type Segments = Readonly<Record<string, unknown>>;

/** Replaces an invalid seed of a flag, so that its rules can still be checked. */
const ANY_SEED = 'seed';

/** Everything that prevents a condition from working, or from working as written. */
export function problemsOfCondition(when: unknown, segments: Segments): Problem[] {
  return collect((report) => parseCondition(when, { segment: lookupIn(segments), report }));
}

/** `segments` contains all segments of the project, including this one. */
export function problemsOfSegment(key: string, segments: Segments): Problem[] {
  const cycle = findSegmentCycle(segments, key);
  if (cycle !== undefined) {
    return [
      { pointer: '/when', message: `segments run in a cycle: ${cycle.map(show).join(', ')}` },
    ];
  }
  return collect((report) => {
    if (!isValidKey(key)) report('', `key must be ${KEY_FORM}, got ${show(key)}`);
    parseSegment(own(segments, key), { segment: lookupIn(segments), report });
  });
}

/** `flag` is the flag that contains the rule; only its type, variants and seed are used. */
export function problemsOfRule(rule: unknown, flag: unknown, segments: Segments): Problem[] {
  const scope = ruleScope(isRecord(flag) ? flag : {});
  return collect((report) => checkRule(rule, scope, { segment: lookupIn(segments), report }));
}

/** Reports the issues of parsing, and those that only matter when a rule is saved. */
export function checkRule(rule: unknown, scope: RuleScope, reading: Reading): void {
  parseRule(rule, scope, reading);
  if (!isRecord(rule)) return;
  const id = own(rule, 'id');
  if (typeof id === 'string' && !isValidKey(id)) {
    reading.report('/id', `id must be ${KEY_FORM}, got ${show(id)}`);
  }
}

export function ruleScope(flag: JsonRecord): RuleScope {
  const definition = parseDefinition(flag, ignoreProblems);
  const seed = own(flag, 'seed');
  return { ...definition, key: '', seed: isSeed(seed) ? seed : ANY_SEED };
}

export function lookupIn(segments: Segments): SegmentLookup {
  return SegmentTable.of(segments).lookup;
}

/** A document that throws when it is read has only that issue. */
export function collect(check: (report: Report) => void): Problem[] {
  const problems: Problem[] = [];
  try {
    check((pointer, message) => problems.push({ pointer, message }));
  } catch {
    problems.push({ pointer: '', message: 'must be plain JSON' });
  }
  return problems;
}
