import { createClient } from '../../../sdk/dist/index.js';
import { COUNTRIES, silence } from './shared.mjs';

export function sluice({ rollout, rule }) {
  const flag = (key, when) => [
    key,
    {
      type: 'boolean',
      seed: key,
      variants: { on: true, off: false },
      offVariant: 'off',
      onVariant: 'on',
      status: 'conditional',
      rules: [{ id: 'ramp', ...when, rollout: { to: 50 }, serve: { variant: 'on' } }],
    },
  ];
  const when = { when: { attribute: 'country', operator: 'in', values: COUNTRIES } };
  const client = createClient({
    url: 'http://127.0.0.1:9',
    key: 'bench',
    logger: silence,
    bootstrap: {
      schema: 1,
      project: 'default',
      environment: 'production',
      epoch: 'bench',
      revision: 1,
      at: 0,
      flags: Object.fromEntries([
        ...rollout.map((key) => flag(key, {})),
        ...rule.map((key) => flag(key, when)),
      ]),
      segments: {},
    },
  });
  return {
    name: 'Sluice',
    isOurs: true,
    context: ({ id, country }) => ({ targetingKey: id, country }),
    isActive: (key, context) => client.isActive(key, context),
    close: () => client.close(),
  };
}
