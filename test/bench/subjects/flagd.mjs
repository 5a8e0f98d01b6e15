import { FlagdCore } from '@openfeature/flagd-core';
import { COUNTRIES, silence } from './shared.mjs';

export function flagd({ rollout, rule }) {
  const half = { fractional: [{ var: 'targetingKey' }, ['on', 50], ['off', 50]] };
  const flag = (targeting) => ({
    state: 'ENABLED',
    variants: { on: true, off: false },
    defaultVariant: 'off',
    targeting,
  });
  const core = new FlagdCore(undefined, silence);
  core.setConfigurations(
    JSON.stringify({
      flags: Object.fromEntries([
        ...rollout.map((key) => [key, flag(half)]),
        ...rule.map((key) => [
          key,
          flag({ if: [{ in: [{ var: 'country' }, COUNTRIES] }, half, 'off'] }),
        ]),
      ]),
    }),
  );
  return {
    name: '@openfeature/flagd-core',
    context: ({ id, country }) => ({ targetingKey: id, country }),
    isActive: (key, context) => core.resolveBooleanEvaluation(key, false, context, silence).value,
  };
}
