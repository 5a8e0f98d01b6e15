const FLAGS = 10_000;

/** Each pattern is among the slowest to compile of those that saving accepts. */
export const HEAVY_PATTERNS = [
  '(?i)(\\pL{2}[^\\pN]){20}@(\\pL+\\.)+(com|org|net)',
  '.{900}',
  '(\\pL{30}){10}',
  `(?i)${'\\pL'.repeat(80)}`,
  '[\\pL\\pN]'.repeat(28),
];

/** Four megabytes of flags with a condition and a rollout, and one for each heavy pattern. */
export function largeRuleset() {
  const flags = Object.fromEntries(
    Array.from({ length: FLAGS }, (_, index) => [`flag-${index}`, flagOf(index)]),
  );
  for (const [index, pattern] of HEAVY_PATTERNS.entries()) {
    flags[`heavy-${index}`] = flagOf(index, {
      attribute: 'email',
      operator: 'matches',
      values: [pattern],
    });
  }
  return {
    schema: 1,
    project: 'default',
    environment: 'production',
    epoch: 'bench',
    revision: 1,
    at: 0,
    flags,
    segments: {},
  };
}

/** Replaces one flag. */
export function patchOf(revision) {
  const flags = { [`flag-${revision}`]: flagOf(revision + 1) };
  return { epoch: 'bench', from: revision, to: revision + 1, at: 0, flags, segments: {} };
}

function flagOf(index, when = defaultCondition) {
  return {
    type: 'boolean',
    seed: `seed-${index}`,
    variants: { on: true, off: false },
    offVariant: 'off',
    onVariant: 'on',
    status: 'conditional',
    rules: [
      { id: 'rule', when, serve: { variant: 'on' } },
      { id: 'ramp', rollout: { to: 50 }, serve: { variant: 'on' } },
    ],
  };
}

const defaultCondition = {
  all: [
    { attribute: 'country', operator: 'in', values: ['NL', 'DE', 'FR'] },
    { attribute: 'email', operator: 'endsWith', values: ['@example.com'] },
  ],
};
