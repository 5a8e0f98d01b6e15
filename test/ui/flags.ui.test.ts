import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { untilToast } from '../support/toasts.js';
import { PRODUCTION, withUi } from '../support/ui-stage.js';

interface Config {
  status: string;
  rules: { id: string; rollout?: { to: number }; when?: unknown }[];
}

describe('the flag editor', () => {
  const stage = withUi();
  const flagPage = (key: string) => `/default/production/flags/${key}`;
  const read = (key: string) => stage.change<Config>('GET', `${PRODUCTION}/flags/${key}`);
  const save = async (page: Page) => {
    await page.getByRole('button', { name: 'Save to Production' }).click();
    await untilToast(page, 'Saved to Production.');
  };

  it('explains an invalid key, then creates the flag', async () => {
    const page = await stage.openPage('/default/production/flags');
    await page.getByRole('button', { name: 'New flag' }).click();
    const dialog = page.getByRole('dialog', { name: 'New flag' });
    await dialog.getByLabel('Key').fill('no spaces');
    await dialog.getByRole('button', { name: 'Create flag' }).click();
    await expect.poll(() => dialog.getByRole('alert').first().textContent()).toContain('no spaces');
    await dialog.getByLabel('Key').fill('checkout.v2');
    await dialog.getByLabel('Name').fill('New checkout');
    await dialog.getByRole('button', { name: 'Create flag' }).click();
    await page.getByRole('heading', { name: 'checkout.v2', exact: true }).waitFor();
    await page.reload();
    await page.getByRole('heading', { name: 'checkout.v2', exact: true }).waitFor();
  });

  it('searches flags during typing and keeps the search in the address', async () => {
    await stage.makeFlag('findme', { status: 'on' }, { name: 'A needle', tags: ['hay'] });
    await stage.makeFlag('other');
    const page = await stage.openPage('/default/production/flags');
    await page.getByRole('link', { name: 'other' }).waitFor();
    await page.getByLabel('Search flags').fill('needle');
    await page.getByRole('link', { name: 'other' }).waitFor({ state: 'detached' });
    await page.getByRole('link', { name: 'findme' }).click();
    await page.getByRole('heading', { name: 'findme', exact: true }).waitFor();
    await page.goBack();
    expect(new URL(page.url()).search).toBe('?search=needle');
    await page.getByLabel('Search flags').fill('no such thing');
    await page.getByRole('heading', { name: 'No flag matches' }).waitFor();
  });

  it('ramps with the slider, the keyboard and to a thousandth of a percent', async () => {
    await stage.makeFlag('ramped');
    const page = await stage.openPage(flagPage('ramped'));
    await page.getByText('The rules below decide').click();
    await page.getByRole('button', { name: 'Add rule' }).click();
    await page.getByRole('menuitem', { name: /Percentage of everyone/ }).click();
    const slider = page.getByRole('slider', { name: 'Percentage of rule rollout' });
    const { x, y, width, height } = (await slider.boundingBox()) ?? expect.fail('no slider');
    await page.mouse.click(x + width / 2, y + height / 2);
    await expect.poll(() => slider.getAttribute('aria-valuetext')).toBe('50 %');
    await slider.press('ArrowRight');
    await expect.poll(() => slider.getAttribute('aria-valuetext')).toBe('51 %');
    await page.getByLabel('Exact percentage of rule rollout').fill('33.333');
    await page.getByText(/another value for 3\d % of everybody/).waitFor();
    await save(page);
    expect(await read('ramped')).toMatchObject({
      status: 'conditional',
      rules: [{ id: 'rollout', rollout: { to: 33.333 } }],
    });
  });

  it('builds nested conditions and shows validation errors beside the value', async () => {
    await stage.makeFlag('targeted', { status: 'conditional' });
    const page = await stage.openPage(flagPage('targeted'));
    await page.getByRole('button', { name: 'Add rule' }).click();
    await page.getByRole('menuitem', { name: /IP address or range/ }).click();
    const values = page.getByRole('textbox', { name: 'Values' });
    await values.fill('10.0.0.300');
    await values.press('Enter');
    await page.getByRole('button', { name: 'Save to Production' }).click();
    await page.getByText(/must be an address or a block .* got "10\.0\.0\.300"/i).waitFor();
    await page.getByText('Not saved: one field needs another value.').waitFor();
    await page.getByRole('button', { name: 'Remove 10.0.0.300' }).click();
    await values.fill('10.0.0.0/8, 2001:db8::/32');
    await values.press('Enter');
    await page.getByRole('button', { name: 'Add condition' }).last().click();
    await page.getByRole('menuitem', { name: /^Not/ }).click();
    await page.getByRole('button', { name: 'Add condition' }).first().click();
    await page.getByRole('menuitem', { name: /Users in a list/ }).click();
    await page.getByRole('textbox', { name: 'Values' }).last().fill('mallory');
    await save(page);
    expect((await read('targeted')).rules[0]?.when).toEqual({
      all: [
        { attribute: 'ip', operator: 'ipIn', values: ['10.0.0.0/8', '2001:db8::/32'] },
        { not: { any: [{ attribute: 'targetingKey', operator: 'in', values: ['mallory'] }] } },
      ],
    });
  });

  it('moves rules by keyboard, and asks before unsaved changes are left', async () => {
    const rule = (id: string) => ({ id, serve: { variant: 'on' } });
    await stage.makeFlag('ordered', { status: 'conditional', rules: ['a', 'b', 'c'].map(rule) });
    const page = await stage.openPage(flagPage('ordered'));
    await page.getByRole('button', { name: 'Move rule c up' }).click();
    const summary = page.locator('[data-rule=c] .summary');
    await summary.press('Alt+ArrowUp');
    await page.getByText('Rule c is now number 1 of 3').waitFor({ state: 'attached' });
    await page.getByRole('link', { name: 'Flags', exact: true }).click();
    await page.getByRole('button', { name: 'Stay' }).click();
    await summary.press('Control+s');
    await untilToast(page, 'Saved to Production.');
    expect((await read('ordered')).rules.map(({ id }) => id)).toEqual(['c', 'a', 'b']);
    await page.getByRole('link', { name: 'Flags', exact: true }).click();
    await page.getByRole('heading', { name: 'Flags', exact: true }).waitFor();
  });

  it('evaluates a context on saved and draft rules with the evaluator of the SDK', async () => {
    const when = { attribute: 'country', operator: 'in', values: ['NL'] };
    const rules = [
      { id: 'dutch', when, serve: { variant: 'on' } },
      { id: 'ramp', rollout: { to: 38 }, serve: { variant: 'on' } },
    ];
    await stage.makeFlag('awesome', { status: 'conditional', rules });
    const page = await stage.openPage(`${flagPage('awesome')}/try`);
    await page.getByLabel('User (targetingKey)').fill('user-1');
    await page.getByText('stands at 38.371 % and the rollout takes below 38 %').waitFor();
    await page.getByLabel('Other attributes (JSON)').fill('{"country": "NL"}');
    await page.getByText('Rule “dutch” is the first that takes this context.').waitFor();
    await page.getByLabel('Other attributes (JSON)').fill('{"country"');
    await page.getByText('Expected a JSON object such as').waitFor();
    await page.getByLabel('Other attributes (JSON)').fill('');
    await page.getByRole('link', { name: 'Targeting' }).click();
    await page.getByLabel('Exact percentage of rule ramp').fill('39');
    await page.getByRole('link', { name: 'Try it' }).click();
    const results = page.getByTestId('explanation');
    await expect.poll(() => results.count()).toBe(2);
    await expect.poll(() => results.first().textContent()).toContain('false');
    await expect.poll(() => results.last().textContent()).toContain('true');
  });

  it('lists in the audit who changed what, with the difference', async () => {
    await stage.makeFlag('told', { status: 'on' });
    const page = await stage.openPage(`${flagPage('told')}/history`);
    const entry = page.getByText('status: off → on');
    await entry.click();
    const diff = page.getByRole('region', { name: 'Change of /status' });
    expect(await diff.textContent()).toMatch(/removed:\s*off.*added:\s*on/);
  });
});
