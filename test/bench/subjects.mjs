/** The same 200 flags in each system's own format, behind its own public call. */
import { GrowthBookClient } from '@growthbook/growthbook';
import { init } from '@launchdarkly/node-server-sdk';
import { TestData } from '@launchdarkly/node-server-sdk/integrations';
import { FlagdCore } from '@openfeature/flagd-core';
import { Unleash } from 'unleash-client';
import { createClient } from '../../sdk/dist/index.js';

const COUNTRIES = ['NL', 'DE'];
const quiet = () => undefined;

export async function subjects(keys) {
  return [
    sluice(keys),
    await unleash(keys),
    growthbook(keys),
    await launchdarkly(keys),
    flagd(keys),
  ];
}

function sluice({ rollout, rule }) {
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
    logger: { error: quiet, warn: quiet, info: quiet, debug: quiet },
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

async function unleash({ rollout, rule }) {
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

async function launchdarkly({ rollout, rule }) {
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
    logger: { error: quiet, warn: quiet, info: quiet, debug: quiet },
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

function growthbook({ rollout, rule }) {
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

function flagd({ rollout, rule }) {
  const half = { fractional: [{ var: 'targetingKey' }, ['on', 50], ['off', 50]] };
  const flag = (targeting) => ({
    state: 'ENABLED',
    variants: { on: true, off: false },
    defaultVariant: 'off',
    targeting,
  });
  const logger = { error: quiet, warn: quiet, info: quiet, debug: quiet };
  const core = new FlagdCore(undefined, logger);
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
    isActive: (key, context) => core.resolveBooleanEvaluation(key, false, context, logger).value,
  };
}
