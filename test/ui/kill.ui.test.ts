import { createClient, type FlagClient } from '@sluice/sdk';
import { afterEach, describe, expect, it } from 'vitest';
import { ADMIN_PASSWORD } from '../support/sign-in.js';
import { FLAGS, PRODUCTION, withUi } from '../support/ui-stage.js';

describe('the kill switch', () => {
  const stage = withUi();
  const clients: FlagClient[] = [];

  afterEach(async () => {
    await Promise.all(clients.splice(0).map((client) => client.close()));
  });

  async function connect(service: string): Promise<FlagClient> {
    const { url, serverKey } = stage.server;
    const client = createClient({ url, key: serverKey, service });
    clients.push(client);
    await client.ready();
    return client;
  }

  it('turns a flag off in running clients, with receipts, and on again', async () => {
    await stage.makeFlag('shop', { status: 'on' });
    const client = await connect('web-7');
    const other = await connect('web-8');
    await expect.poll(() => client.isActive('shop', { targetingKey: 'u' })).toBe(true);
    const page = await stage.openPage('/default/production/flags/shop');
    await page.getByRole('button', { name: 'Kill…' }).click();
    await page.getByRole('dialog').getByLabel('Reason').fill('errors at checkout');
    await page.getByRole('button', { name: 'Kill now' }).click();
    const receipts = page.getByRole('status').filter({ hasText: 'instances off' });
    await expect
      .poll(() => receipts.innerText())
      .toMatch(/2 of 2 instances off, slowest [\d.]+ m?s: web-[78]/);
    expect(client.isActive('shop', { targetingKey: 'u' })).toBe(false);
    expect(other.isActive('shop', { targetingKey: 'u' })).toBe(false);
    await page.getByText('errors at checkout').waitFor();

    await page.getByRole('button', { name: 'Restore…' }).click();
    await page.getByRole('button', { name: 'Restore now' }).click();
    await page.getByRole('button', { name: 'Kill…' }).waitFor();
    await expect.poll(() => client.isActive('shop', { targetingKey: 'u' })).toBe(true);
  });

  it('kills, takes a reason and confirms by keyboard alone', async () => {
    await stage.makeFlag('keyboard', { status: 'on' });
    const page = await stage.openPage('/default/production/flags/keyboard');
    await page.getByRole('button', { name: 'Kill…' }).waitFor();
    const focused = () => page.evaluate(() => document.activeElement?.textContent?.trim() ?? '');
    for (let steps = 0; steps < 40 && (await focused()) !== 'Kill…'; steps += 1) {
      await page.keyboard.press('Tab');
    }
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.type('at 3 in the morning');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Restore…' }).waitFor();
    const { kill } = await stage.change<{ kill: unknown }>('GET', `${PRODUCTION}/flags/keyboard`);
    expect(kill).toMatchObject({ reason: 'at 3 in the morning' });
  });

  it('changes nothing when Escape closes the dialog', async () => {
    await stage.makeFlag('spared', { status: 'on' });
    const page = await stage.openPage('/default/production/flags/spared');
    await page.getByRole('button', { name: 'Kill…' }).click();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    const { killed } = await stage.change<{ killed: boolean }>('GET', `${PRODUCTION}/flags/spared`);
    expect(killed).toBe(false);
  });

  it('requires no reason and marks killed flags in the list', async () => {
    await stage.makeFlag('hurried', { status: 'on' });
    const page = await stage.openPage('/default/production/flags/hurried');
    await page.getByRole('button', { name: 'Kill…' }).click();
    await page.keyboard.press('Enter');
    await page.getByText('No reason given').waitFor();
    await page.getByRole('link', { name: 'Flags', exact: true }).click();
    const row = page.getByRole('row').filter({ hasText: 'hurried' });
    await row.getByText('killed').waitFor();
  });

  it('asks to sign in above the dialog when the session has ended, then kills', async () => {
    await stage.makeFlag('late', { status: 'on' });
    const page = await stage.openPage('/default/production/flags/late');
    await page.getByRole('button', { name: 'Kill…' }).click();
    await page.getByLabel('Reason').fill('a long night');
    // Nothing else that the page asks meanwhile may be what finds the session gone.
    await page.route('**/api/v1/**', async (route) => {
      if (route.request().method() === 'GET') await route.abort();
      else await route.continue();
    });
    await page.context().clearCookies();
    await page.getByRole('button', { name: 'Kill now' }).click();
    await page.unroute('**/api/v1/**');
    const dialog = page.getByRole('dialog', { name: 'Sign in again' });
    await dialog.getByLabel('Password').click();
    await dialog.getByLabel('Password').fill(ADMIN_PASSWORD);
    await dialog.getByRole('button', { name: 'Sign in' }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Kill now' }).click();
    await page.getByText('a long night').waitFor();
  });

  it('explains why a kill was rejected and keeps the dialog open', async () => {
    await stage.makeFlag('gone', { status: 'on' });
    const page = await stage.openPage('/default/production/flags/gone');
    await page.getByRole('button', { name: 'Kill…' }).click();
    await stage.change('POST', `${FLAGS}/gone/archive`, { reason: 'over', force: true });
    await page.getByRole('button', { name: 'Kill now' }).click();
    await page
      .getByRole('dialog')
      .getByText(/Not done: .*archived/)
      .waitFor();
  });
});
