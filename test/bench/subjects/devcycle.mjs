import { createRequire } from 'node:module';
import { COUNTRIES } from './shared.mjs';

const { generateBucketedConfig } = createRequire(import.meta.url)('@devcycle/bucketing');

/** The package evaluates a whole configuration, so each flag stands in one of its own. */
export function devcycle({ rollout, rule }) {
  const everybody = { type: 'all', comparator: '=', values: [] };
  const country = { type: 'user', subType: 'country', comparator: '=', values: COUNTRIES };
  const target = (key, filter) => ({
    _id: `target-${key}`,
    _audience: { filters: { operator: 'and', filters: [filter] } },
    distribution: [
      { _variation: 'on', percentage: 0.5 },
      { _variation: 'off', percentage: 0.5 },
    ],
  });
  const variation = (key, value) => ({
    _id: value ? 'on' : 'off',
    name: key,
    key,
    variables: [{ _var: key, value }],
  });
  const config = (key, filter) => [
    key,
    {
      project: { _id: 'project', key: 'project', a0_organization: 'org', settings: {} },
      environment: { _id: 'production', key: 'production' },
      audiences: {},
      variables: [{ _id: key, key, type: 'Boolean' }],
      features: [
        {
          _id: key,
          key,
          type: 'release',
          configuration: { _id: key, targets: [target(key, filter)] },
          variations: [variation(key, true), variation(key, false)],
        },
      ],
    },
  ];
  const configs = new Map([
    ...rollout.map((key) => config(key, everybody)),
    ...rule.map((key) => config(key, country)),
  ]);
  return {
    name: '@devcycle/bucketing',
    context: ({ id, country: code }) => ({ user_id: id, country: code }),
    isActive: (key, user) =>
      generateBucketedConfig({ config: configs.get(key), user }).variables[key]?.value === true,
  };
}
