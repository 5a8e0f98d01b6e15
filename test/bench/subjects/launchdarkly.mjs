import { init } from '@launchdarkly/node-server-sdk';
import { TestData } from '@launchdarkly/node-server-sdk/integrations';
import { COUNTRIES, silence } from './shared.mjs';

export async function launchdarkly({ rollout, rule }) {
  const data = new TestData();
  const half = {
    variations: [
      { variation: 0, weight: 50_000 },
      { variation: 1, weight: 50_000 },
    ],
  };
  const flag = (key, rules, fallthrough) => ({
    key,
    version: 1,
    on: true,
    salt: key,
    variations: [true, false],
    offVariation: 1,
    fallthrough,
    targets: [],
    prerequisites: [],
    rules,
  });
  for (const key of rollout) data.usePreconfiguredFlag(flag(key, [], { rollout: half }));
  for (const key of rule) {
    const clause = { contextKind: 'user', attribute: 'country', op: 'in', values: COUNTRIES };
    data.usePreconfiguredFlag(
      flag(key, [{ id: 'ramp', clauses: [clause], rollout: half }], { variation: 1 }),
    );
  }
  const client = init('bench', {
    updateProcessor: data.getFactory(),
    sendEvents: false,
    logger: silence,
  });
  await client.waitForInitialization({ timeout: 5 });
  return {
    name: '@launchdarkly/node-server-sdk',
    isAsync: true,
    context: ({ id, country }) => ({ kind: 'user', key: id, country }),
    isActive: (key, context) => client.boolVariation(key, context, false),
    close: () => client.close(),
  };
}
