import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { violationsOf, widthBeyond } from '../support/axe.js';
import { withUi } from '../support/ui-stage.js';

const PAGES = [
  'flags',
  'flags/rich',
  'flags/rich/release',
  'flags/rich/try',
  'flags/words/settings',
  'flags/rich/history',
  'flags/dead',
  'segments',
  'segments/staff',
  'instances',
  'metrics',
  'sources',
  'templates',
  'windows',
  'webhooks',
  'audit',
  'environments',
  'keys',
];

/** Every page is searched by axe, which takes its time on a busy machine. */

describe('every page', () => {
  const stage = withUi();

  beforeAll(async () => {
    const when = { attribute: 'email', operator: 'endsWith', values: ['@example.com'] };
    await stage.change('POST', '/api/v1/projects/default/segments', { key: 'staff', when });
    const rules = [
      { id: 'staff', when: { segment: 'staff' }, serve: { variant: 'on' } },
      { id: 'ramp', rollout: { to: 12.5 }, serve: { split: { on: 1, off: 2 } } },
    ];
    await stage.makeFlag('rich', { status: 'conditional', rules }, { tags: ['shop'] });
    const variants = { short: 'a', long: 'b' };
    await stage.makeFlag('words', undefined, { type: 'string', variants });
    await stage.makeFlag('dead', { status: 'on' });
    const kill = '/api/v1/projects/default/environments/production/flags/dead/kill';
    await stage.change('POST', kill, { reason: 'test' });
  });

  async function settle(page: Page): Promise<void> {
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.waitForLoadState('load');
    await expect.poll(() => page.getByRole('status', { name: /^Loading/ }).count()).toBe(0);
  }

  it('is accessible in light and in dark colours, and fits a screen of 360 pixels', async () => {
    const page = await stage.openPage('/default/production/flags');
    for (const path of PAGES) {
      await page.emulateMedia({ colorScheme: 'light' });
      await page.setViewportSize({ width: 1280, height: 720 });
      await page.goto(`/default/production/${path}`);
      await settle(page);
      expect(await violationsOf(page), `${path} in light`).toEqual([]);
      await page.emulateMedia({ colorScheme: 'dark' });
      expect(await violationsOf(page), `${path} in dark`).toEqual([]);
      await page.setViewportSize({ width: 360, height: 740 });
      await expect.poll(() => widthBeyond(page), { message: path }).toBeLessThanOrEqual(0);
    }
  });

  it('is accessible where dialogs, menus and editors are open', async () => {
    const page = await stage.openPage('/default/production/flags/rich');
    await page.getByRole('button', { name: /segment staff/ }).click();
    await page.getByLabel('Exact percentage of rule ramp').fill('20');
    expect(await violationsOf(page), 'rule editor').toEqual([]);
    await page.getByRole('button', { name: 'Review' }).click();
    expect(await violationsOf(page), 'review').toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Kill…' }).click();
    expect(await violationsOf(page), 'kill').toEqual([]);
  });

  it('is reached through a menu on a screen of 360 pixels', async () => {
    const viewport = { width: 360, height: 740 };
    const page = await stage.openPage('/default/production/flags', { viewport });
    await settle(page);
    expect(await widthBeyond(page)).toBeLessThanOrEqual(0);
    await page.getByRole('button', { name: 'Menu' }).click();
    await page.getByRole('link', { name: 'Segments' }).click();
    await page.getByRole('heading', { name: 'Segments', exact: true }).waitFor();
  });

  it('switches between dark and light and keeps the choice', async () => {
    const page = await stage.openPage('/default/production/flags', { colorScheme: 'light' });
    const background = () =>
      page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
    const light = await background();
    await page.getByRole('button', { name: /colours, password and sign out/ }).click();
    await page.getByRole('menuitem', { name: 'Dark', exact: true }).click();
    const dark = await background();
    expect(dark).not.toBe(light);
    await page.reload();
    await page.getByRole('heading', { name: 'Flags', exact: true }).waitFor();
    expect(await background()).toBe(dark);
  });

  it('explains an empty list', async () => {
    const page = await stage.openPage('/default/nowhere/flags');
    await page.getByRole('heading', { name: 'Nothing is here' }).waitFor();
    await page.goto('/default/production/flags/nothing');
    await page.getByRole('heading', { name: 'This could not be loaded' }).waitFor();
  });

  it('shows a new key once', async () => {
    const page = await stage.openPage('/default/production/keys');
    await page.getByRole('button', { name: 'New key' }).click();
    await page.getByRole('dialog').getByLabel('Name').fill('shop-web');
    await page.getByRole('button', { name: 'Create key' }).click();
    const secret = await page.getByLabel('Secret').inputValue();
    expect(secret).toMatch(/^sluice_server_\w{49}$/);
    await page.getByRole('button', { name: 'I have stored it' }).click();
    await page.getByRole('cell', { name: /^shop-web/ }).waitFor();
    expect(await page.content()).not.toContain(secret);
  });
});
