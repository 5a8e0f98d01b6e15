import { GrowthBookClient } from '@growthbook/growthbook';
import { COUNTRIES } from './shared.mjs';

export function growthbook({ rollout, rule }) {
  const feature = (condition) => ({
    defaultValue: false,
    rules: [{ ...condition, force: true, coverage: 0.5, hashAttribute: 'id', hashVersion: 2 }],
  });
  const country = { condition: { country: { $in: COUNTRIES } } };
  const client = new GrowthBookClient({}).initSync({
    payload: {
      features: Object.fromEntries([
        ...rollout.map((key) => [key, feature({})]),
        ...rule.map((key) => [key, feature(country)]),
      ]),
    },
  });
  return {
    name: '@growthbook/growthbook',
    context: ({ id, country }) => ({ attributes: { id, country } }),
    isActive: (key, context) => client.isOn(key, context),
    close: () => client.destroy(),
  };
}
