import { Statsig, StatsigUser } from '@statsig/statsig-node-core';
import { COUNTRIES } from './shared.mjs';

const NO_EXPOSURES = { disableExposureLogging: true };

/** The evaluator is native code behind a call into Rust. */
export async function statsig({ rollout, rule }) {
  const gate = (key, condition) => [
    key,
    {
      name: key,
      type: 'feature_gate',
      entity: 'feature_gate',
      salt: key,
      enabled: true,
      defaultValue: false,
      idType: 'userID',
      version: 1,
      rules: [
        {
          name: 'ramp',
          id: 'ramp',
          salt: key,
          passPercentage: 50,
          conditions: [condition],
          returnValue: true,
          idType: 'userID',
        },
      ],
    },
  ];
  const condition = (type, more) => ({
    type,
    targetValue: null,
    operator: null,
    field: null,
    additionalValues: {},
    idType: 'userID',
    ...more,
  });
  const specs = {
    has_updates: true,
    time: 1,
    feature_gates: Object.fromEntries([
      ...rollout.map((key) => gate(key, 'everybody')),
      ...rule.map((key) => gate(key, 'country')),
    ]),
    dynamic_configs: {},
    experiment_to_layer: {},
    layer_configs: {},
    condition_map: {
      everybody: condition('public'),
      country: condition('user_field', {
        field: 'country',
        operator: 'any',
        targetValue: COUNTRIES,
      }),
    },
  };
  const client = new Statsig('secret-bench', {
    disableNetwork: true,
    disableAllLogging: true,
    disableCountryLookup: true,
    outputLogLevel: 'none',
    specAdaptersConfig: [{ adapterType: 'data_store', initTimeoutMs: 2_000 }],
    dataStore: {
      get: async () => ({ result: JSON.stringify(specs), time: 1 }),
      set: async () => undefined,
      initialize: async () => undefined,
      shutdown: async () => undefined,
      supportPollingUpdatesFor: async () => false,
    },
  });
  await client.initialize();
  return {
    name: '@statsig/statsig-node-core',
    context: ({ id, country }) => new StatsigUser({ userID: id, country }),
    isActive: (key, user) => client.checkGate(user, key, NO_EXPOSURES),
  };
}
