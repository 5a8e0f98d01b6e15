import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask } from '../support/ask.js';
import { databaseKinds, type FreshDatabase } from '../support/database.js';
import { DrivenSdk, presentSdk } from '../support/driven-sdk.js';
import { answersOf, factsOf, fixtureVersions, keyOf } from '../support/fixture.js';
import { flagSteps } from '../support/flag-steps.js';
import { type Integrations, startIntegrations } from '../support/integrations.js';
import { answersOfRuleset } from '../support/recorded-answers.js';
import { restoreDatabase } from '../support/restored-fixture.js';
import { type RunningServer, startServer } from '../support/server.js';
import { cookieOf, SAME_ORIGIN, signIn } from '../support/sign-in.js';
import { until } from '../support/until.js';

/** Enough users to complete the step of the running release, and too few. */
const MANY_USERS = { first: 20_000, count: 600 };
const FEW_USERS = { first: 10_000, count: 20 };

// biome-ignore lint/suspicious/noExplicitAny: what a test asserts about a body is its type.
type Body = any;

describe.each(fixtureVersions)('a database of Sluice %s', (version) => {
  describe.each(databaseKinds)('on %s', (kind) => {
    const facts = factsOf(version);
    const { keys, releases, session, webhookSecret, ...known } = facts.databases[kind];
    const adminKey = keyOf(keys, 'admin', '*');
    const serverKey = keyOf(keys, 'server', 'default/production');
    let fresh: FreshDatabase;
    let integrations: Integrations;
    let server: RunningServer;

    beforeAll(async () => {
      integrations = await startIntegrations();
      fresh = await restoreDatabase(version, kind, integrations.origin);
      const { dataDirectory: dataDir, url: databaseUrl } = fresh.options;
      server = await startServer({
        ...{ dataDir, adminKey, serverKey },
        ...(databaseUrl === undefined ? {} : { databaseUrl }),
        env: { SLUICE_OUTBOUND_ALLOW: '127.0.0.0/8' },
      });
    });
    afterAll(async () => {
      await server?.stop();
      integrations?.close();
      await fresh?.remove();
    });

    const call = (method: string, path: string, json?: unknown, version?: number): Promise<Body> =>
      flagSteps(server).call(method, path, json, version);
    const releaseOf = (flag: string) => releases.find((each) => each.flag === flag);
    const running = releases.find(({ state }) => state === 'running');
    const pathOf = (flag: string) =>
      `/environments/production/flags/${flag}/releases/${releaseOf(flag)?.id}`;
    const show = (flag: string) => call('GET', pathOf(flag));
    const ruleset = (key: string) => ask<Body>(`${server.url}/sdk/v1/ruleset`, { key });

    it('serves the recorded values of every flag', async () => {
      for (const environment of ['production', 'staging']) {
        const recorded = answersOf(version).filter((each) => each.environment === environment);
        const { body } = await ruleset(keyOf(keys, 'server', `default/${environment}`));
        expect(await answersOfRuleset(body, recorded)).toEqual(recorded);
      }
    });

    it('keeps its audit trail', async () => {
      let [count, cursor] = [0, ''];
      do {
        const { items, next } = await call('GET', `/audit?limit=200${cursor}`);
        count += items.length;
        cursor = next ? `&cursor=${next}` : '';
      } while (cursor !== '');
      expect(count).toBe(known.auditEntries);
    });

    it.each(releases)('keeps the release of $flag, which is $state', async (before) => {
      const { state, percent, step } = before;
      expect(await show(before.flag)).toMatchObject({ state, percent, step });
      const { phases, decisions } = await call('GET', `${pathOf(before.flag)}/timeline`);
      expect(phases).toHaveLength(before.phases);
      expect(decisions).toHaveLength(before.decisions);
    });

    it('accepts the keys that were valid and rejects the others', async () => {
      for (const { kind: kindOfKey, secret, scope, state } of keys) {
        const [project, environment] = scope.replace('*', 'default').split('/');
        const path = kindOfKey === 'admin' ? `/api/v1/projects/${project}` : '/sdk/v1/ruleset';
        const answer = await ask<Body>(server.url + path, { key: secret });
        const expected = kindOfKey === 'client' ? 403 : state === 'valid' ? 200 : 401;
        expect(answer, `${kindOfKey} ${scope} ${state}`).toMatchObject({ status: expected });
        if (kindOfKey === 'server' && state === 'valid') {
          expect(answer.body).toMatchObject({ project, environment });
        }
      }
    });

    it('accepts the open session, and the password of its user', async () => {
      const { email, password } = facts.user;
      const sessionOf = (cookie: string) =>
        ask(`${server.url}/api/v1/session`, { headers: { Cookie: cookie, ...SAME_ORIGIN } });
      expect(await sessionOf(session)).toMatchObject({ status: 200, body: { user: { email } } });
      const cookie = cookieOf(await signIn(server.url, { email, password }));
      expect(await sessionOf(cookie)).toMatchObject({ status: 200, body: { user: { email } } });
      const wrong = await signIn(server.url, { email, password: `${password}!` });
      expect(wrong.status).toBe(401);
    });

    it('signs notifications with the stored secret and sends the stored credentials to sources', async () => {
      const reason = 'It must be off everywhere';
      const config = '/environments/production/flags/always';
      await call('POST', `${config}/kill`, { reason });
      const { headers, body } = await integrations.notifications.nextWhere(
        (notification) => JSON.parse(notification.body).flag === 'always',
      );
      const [, time, signature] = /^t=(\d+),v1=(\w+)$/.exec(`${headers['sluice-signature']}`) ?? [];
      const expected = createHmac('sha256', webhookSecret).update(`${time}.${body}`).digest('hex');
      expect(signature).toBe(expected);
      expect((await ruleset(serverKey)).body.flags.always).toMatchObject({ killed: true });
      await call('POST', `${config}/restore`, { reason });
      await until(async () => {
        expect((await ruleset(serverKey)).body.flags.always.killed ?? false).toBe(false);
      });
      const asked = await integrations.authorizations.nextWhere((sent) => sent !== undefined);
      expect(asked).toBe(facts.sourceAuthorization);
    });

    it('continues the running release with everything that it has counted', async () => {
      const { flag = '' } = running ?? {};
      for (const { id, state } of await flagSteps(server).instances()) {
        if (state === 'silent') await call('DELETE', `/environments/production/instances/${id}`);
      }
      const sdk = await DrivenSdk.start(await presentSdk());
      await sdk.open({ url: server.url, key: serverKey, service: 'shop' });
      await sdk.visit({ flag, ...facts.visitors });
      const served = await sdk.visit({ flag, ...FEW_USERS });
      const { treatment, control } = known.stepUnits;
      const counted = {
        treatment: treatment + served,
        control: control + FEW_USERS.count - served,
      };
      await until(async () => {
        const { evaluation, sentence } = await show(flag);
        expect(evaluation.stepUnits, sentence).toEqual(counted);
      });
      await sdk.visit({ flag, ...MANY_USERS });
      await until(async () => {
        const { state, sentence } = await show(flag);
        expect(state, sentence).toBe('completed');
      });
      await sdk.close();
    });

    it('recomputes every stored decision to the same verdict', async () => {
      for (const { flag, verifiable } of releases) {
        const { decisions } = await call('GET', `${pathOf(flag)}/timeline`);
        let verified = 0;
        for (const { version: number } of decisions) {
          const decision = `${pathOf(flag)}/decisions/${number}`;
          if ((await call('GET', decision)).inputs === null) continue;
          const { same, stored, recomputed } = await call('POST', `${decision}/verify`);
          expect(same, JSON.stringify({ stored, recomputed })).toBe(true);
          verified += 1;
        }
        expect(verified).toBeGreaterThanOrEqual(verifiable);
      }
    });

    it('accepts the commands that its other releases wait for', async () => {
      const reason = 'after the upgrade';
      const stateOf = async (flag: string, command: string) => {
        await call('POST', `${pathOf(flag)}/${command}`, { reason });
        return (await show(flag)).state;
      };
      expect(await stateOf('waiting', 'resume')).toBe('running');
      expect(await stateOf('waiting', 'rollback')).toMatch(/^rolling_back|rolled_back$/);
      expect(await stateOf('planned', 'cancel')).toBe('cancelled');
      await call('POST', `${pathOf('asking')}/approve`, { reason });
      await until(async () => expect((await show('asking')).state).toBe('running'));
    });
  });

  it('may be down: the server then serves the rules that the old server left on disk', async () => {
    const fresh = await restoreDatabase(version, 'postgres');
    const { keys } = factsOf(version).databases.postgres;
    const server = await startServer({
      dataDir: fresh.options.dataDirectory,
      databaseUrl: 'postgres://nobody@127.0.0.1:1/none',
      adminKey: keyOf(keys, 'admin', '*'),
      serverKey: keyOf(keys, 'server', 'default/production'),
    });
    const recorded = answersOf(version).filter(({ environment }) => environment === 'production');
    const { body } = await ask(`${server.url}/sdk/v1/ruleset`, { key: server.serverKey });
    expect(await answersOfRuleset(body, recorded)).toEqual(recorded);
    await server.stop();
    await fresh.remove();
  });
});
