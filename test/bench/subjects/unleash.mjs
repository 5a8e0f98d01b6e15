import { Unleash } from 'unleash-client';
import { COUNTRIES } from './shared.mjs';

export async function unleash({ rollout, rule }) {
  const feature = (name, constraints) => ({
    name,
    type: 'release',
    enabled: true,
    stale: false,
    project: 'default',
    strategies: [
      {
        name: 'flexibleRollout',
        parameters: { rollout: '50', stickiness: 'userId', groupId: name },
        constraints,
      },
    ],
  });
  const country = [{ contextName: 'country', operator: 'IN', values: COUNTRIES }];
  const client = new Unleash({
    url: 'http://127.0.0.1:9/api',
    appName: 'bench',
    refreshInterval: 0,
    disableMetrics: true,
    skipInstanceCountWarning: true,
    customHeaders: { Authorization: 'none' },
    bootstrap: {
      data: [
        ...rollout.map((key) => feature(key, [])),
        ...rule.map((key) => feature(key, country)),
      ],
    },
  });
  client.on('error', () => undefined);
  client.on('warn', () => undefined);
  await new Promise((resolve) => client.once('ready', resolve));
  return {
    name: 'unleash-client',
    context: ({ id, country }) => ({ userId: id, properties: { country }, country }),
    isActive: (key, context) => client.isEnabled(key, context),
    close: () => client.destroy(),
  };
}
