import { createInstance } from '@featurevisor/sdk';
import { COUNTRIES } from './shared.mjs';

const HALF = 50_000;

export function featurevisor({ rollout, rule }) {
  const feature = (segments) => ({
    bucketBy: 'userId',
    traffic: [{ key: 'ramp', segments, percentage: HALF }],
  });
  const client = createInstance({
    logLevel: 'fatal',
    datafile: {
      schemaVersion: '2',
      revision: '1',
      segments: {
        country: { conditions: [{ attribute: 'country', operator: 'in', value: COUNTRIES }] },
      },
      features: Object.fromEntries([
        ...rollout.map((key) => [key, feature('*')]),
        ...rule.map((key) => [key, feature('country')]),
      ]),
    },
  });
  return {
    name: '@featurevisor/sdk',
    context: ({ id, country }) => ({ userId: id, country }),
    isActive: (key, context) => client.isEnabled(key, context),
  };
}
