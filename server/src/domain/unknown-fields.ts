import type { FieldError } from '@sluice/sdk/protocol';

const RULE_FIELDS = ['id', 'when', 'rollout', 'serve'];
const ROLLOUT_FIELDS = ['from', 'to', 'by', 'seed', 'hash'];
const SERVE_FIELDS = ['variant', 'split'];
const LEAF_FIELDS = ['attribute', 'operator', 'values', 'ignoreCase'];
const COMBINATIONS = ['all', 'any', 'not', 'segment'];

/**
 * Evaluation ignores unknown fields; in a saved object, such a field is a typo that would silently
 * have no effect.
 */
export function unknownFieldsOfRules(rules: readonly unknown[]): readonly FieldError[] {
  return rules.flatMap((rule, index) => {
    if (!isObject(rule)) return [];
    const at = `/rules/${index}`;
    return [
      ...releaseOf(rule, at),
      ...strangers(rule, [...RULE_FIELDS, 'release'], at),
      ...strangers(rule.rollout, ROLLOUT_FIELDS, `${at}/rollout`),
      ...strangers(rule.serve, SERVE_FIELDS, `${at}/serve`),
      ...unknownFieldsOfCondition(rule.when, `${at}/when`),
    ];
  });
}

export function unknownFieldsOfCondition(when: unknown, at = '/when'): readonly FieldError[] {
  if (!isObject(when)) return [];
  const kind = COMBINATIONS.find((name) => Object.hasOwn(when, name));
  if (kind === undefined) return strangers(when, LEAF_FIELDS, at);
  const inner = when[kind];
  const parts = Array.isArray(inner)
    ? inner.flatMap((part, index) => unknownFieldsOfCondition(part, `${at}/${kind}/${index}`))
    : unknownFieldsOfCondition(inner, `${at}/${kind}`);
  return [...strangers(when, [...COMBINATIONS, ...LEAF_FIELDS], at), ...parts];
}

function releaseOf(rule: Record<string, unknown>, at: string): readonly FieldError[] {
  if (!Object.hasOwn(rule, 'release')) return [];
  return [{ pointer: `${at}/release`, message: 'only a release sets this' }];
}

function strangers(value: unknown, known: readonly string[], at: string): readonly FieldError[] {
  if (!isObject(value)) return [];
  return Object.keys(value)
    .filter((name) => !known.includes(name))
    .map((name) => ({
      pointer: `${at}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`,
      message: 'this field is unknown',
    }));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
