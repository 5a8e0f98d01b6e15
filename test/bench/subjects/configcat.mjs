import { getClient, PollingMode, User } from 'configcat-node';
import { COUNTRIES } from './shared.mjs';

const BOOLEAN = 0;
const TEXT_IS_ONE_OF = 0;

export async function configcat({ rollout, rule }) {
  const half = [
    { p: 50, v: { b: true }, i: 'on' },
    { p: 50, v: { b: false }, i: 'off' },
  ];
  const setting = (targeting) => ({ t: BOOLEAN, v: { b: false }, i: 'off', ...targeting });
  const country = { u: { a: 'Country', c: TEXT_IS_ONE_OF, l: COUNTRIES } };
  const config = {
    p: { u: '', r: 0, s: 'salt' },
    f: Object.fromEntries([
      ...rollout.map((key) => [key, setting({ p: half })]),
      ...rule.map((key) => [key, setting({ r: [{ c: [country], p: half }] })]),
    ]),
  };
  const stored = `${Date.now()}\n\n${JSON.stringify(config)}`;
  const client = getClient('0123456789012345678901/0123456789012345678901', PollingMode.AutoPoll, {
    offline: true,
    cache: { get: () => stored, set: () => undefined },
    logger: null,
  });
  await client.waitForReady();
  const snapshot = client.snapshot();
  return {
    name: 'configcat-node',
    context: ({ id, country: code }) => new User(id, undefined, code),
    isActive: (key, user) => snapshot.getValue(key, false, user),
  };
}
