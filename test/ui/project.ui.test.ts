import { createClient } from '@sluice/sdk';
import { describe, expect, it } from 'vitest';
import { untilToast } from '../support/toasts.js';
import { FLAGS, withUi } from '../support/ui-stage.js';

describe('the pages of a project', () => {
  const stage = withUi();
  const PROJECT = '/api/v1/projects/default';
  const onRule = (id: string, when: object) => ({ id, when, serve: { variant: 'on' } });

  it('creates a segment, shows the flags that use it and rejects its deletion', async () => {
    const page = await stage.openPage('/default/production/segments');
    await page.getByRole('button', { name: 'New segment' }).click();
    await page.getByRole('dialog').getByLabel('Key').fill('staff');
    await page.getByRole('button', { name: 'Create segment' }).click();
    await page.getByRole('heading', { name: 'staff', exact: true }).waitFor();
    await page.getByRole('button', { name: 'Add condition' }).click();
    await page.getByRole('menuitem', { name: /^Attribute/ }).click();
    await page.getByLabel('Attribute').fill('email');
    await page.getByLabel('Operator').selectOption({ label: 'ends with' });
    await page.getByRole('textbox', { name: 'Values' }).fill('@example.com');
    await page.getByRole('button', { name: 'Save' }).click();
    await untilToast(page, 'Saved.');
    const leaf = { attribute: 'email', operator: 'endsWith', values: ['@example.com'] };
    const segment = await stage.change<{ when: unknown }>('GET', `${PROJECT}/segments/staff`);
    expect(segment.when).toEqual({ any: [leaf] });

    const rules = [onRule('staff', { segment: 'staff' })];
    await stage.makeFlag('inside', { status: 'conditional', rules });
    await page.getByRole('link', { name: 'inside' }).waitFor();
    await page.getByRole('button', { name: 'Delete…' }).click();
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    await page
      .getByRole('dialog')
      .getByText(/Not done: .*inside/)
      .waitFor();
  });

  it('offers the segments of the project in a rule', async () => {
    const when = { attribute: 'plan', operator: 'in', values: ['beta'] };
    await stage.change('POST', `${PROJECT}/segments`, { key: 'beta-users', when });
    await stage.makeFlag('for-beta', { status: 'conditional' });
    const page = await stage.openPage('/default/production/flags/for-beta');
    await page.getByRole('button', { name: 'Add rule' }).click();
    await page.getByRole('menuitem', { name: /^Segment/ }).click();
    await page.getByRole('combobox', { name: 'Segment' }).fill('bet');
    await page.getByRole('option', { name: /beta-users/ }).click();
    await page.getByRole('button', { name: /segment beta-users/ }).waitFor();
    await page.getByRole('button', { name: 'Save to Production' }).click();
    await untilToast(page, 'Saved to Production.');
  });

  it('creates an environment and opens the same page for it', async () => {
    const page = await stage.openPage('/default/production/environments');
    await page.getByRole('button', { name: 'New environment' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Key').fill('production');
    await dialog.getByRole('button', { name: 'Create environment' }).click();
    await dialog.getByText(/production/).waitFor();
    await dialog.getByLabel('Key').fill('preview');
    await dialog.getByRole('button', { name: 'Create environment' }).click();
    await page.getByRole('cell', { name: /^preview/i }).waitFor();
    await page.getByRole('button', { name: 'Environment: Production' }).click();
    await page.getByRole('menuitem', { name: /^preview/i }).click();
    await expect.poll(() => new URL(page.url()).pathname).toBe('/default/preview/environments');
  });

  it('creates a project with its own environments', async () => {
    const page = await stage.openPage('/default/production/flags');
    await page.getByRole('button', { name: 'Project: Default' }).click();
    await page.getByRole('menuitem', { name: 'New project…' }).click();
    await page.getByRole('dialog').getByLabel('Key').fill('second');
    await page.getByRole('button', { name: 'Create project' }).click();
    await page.waitForURL('**/second/production/flags');
    await page.getByRole('heading', { name: 'No flags yet' }).waitFor();
  });

  it('revokes a key', async () => {
    await stage.change('POST', `${PROJECT}/keys`, {
      kind: 'client',
      name: 'browser',
      environment: 'production',
    });
    const page = await stage.openPage('/default/production/keys');
    await page.getByRole('button', { name: 'Revoke browser' }).click();
    await page.getByRole('button', { name: 'Revoke', exact: true }).click();
    const row = page.getByRole('row').filter({ hasText: 'browser' });
    await row.getByText('revoked').waitFor();
  });

  it('shows the running clients and their revisions', async () => {
    const { url, serverKey } = stage.server;
    const client = createClient({ url, key: serverKey, service: 'web-1', serviceVersion: '2.4' });
    await client.ready();
    const page = await stage.openPage('/default/production/instances');
    const row = page.getByRole('row').filter({ hasText: 'web-1' });
    await row.getByText('connected').waitFor();
    expect(await row.textContent()).toContain('2.4');
    await client.close();
  });

  it('edits variants and marks the row whose value is not a number', async () => {
    const variants = { small: 20, large: 50 };
    await stage.makeFlag('size', undefined, { type: 'number', variants });
    const page = await stage.openPage('/default/production/flags/size/settings');
    await page.getByRole('button', { name: 'Add variant' }).click();
    await page.getByLabel('Name of variant 3').fill('huge');
    await page.getByLabel('Value of variant 3').fill('a lot');
    await page.getByText('Value: expected a number, got “a lot”.').waitFor();
    await page.getByLabel('Value of variant 3').fill('500');
    await page.getByLabel('Owner').fill('search team');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await untilToast(page, 'Saved.');
    const flag = await stage.change('GET', `${FLAGS}/size`);
    expect(flag).toMatchObject({ variants: { ...variants, huge: 500 }, owner: 'search team' });
  });

  it('archives and restores a flag', async () => {
    await stage.makeFlag('finished');
    const page = await stage.openPage('/default/production/flags/finished/settings');
    await page.getByRole('button', { name: 'Archive…' }).click();
    await page.getByRole('button', { name: 'Archive', exact: true }).click();
    await page.getByRole('button', { name: 'Bring it back' }).waitFor();
    await page.getByRole('link', { name: 'Flags', exact: true }).click();
    await page.getByText('Archived', { exact: true }).click();
    await page.getByRole('link', { name: 'finished' }).click();
    await page.getByRole('link', { name: 'Settings' }).click();
    await page.getByRole('button', { name: 'Bring it back' }).click();
    await page.getByRole('button', { name: 'Archive…' }).waitFor();
  });
});
