import { describe, expect, it } from 'vitest';
import { untilToast } from '../support/toasts.js';
import { PRODUCTION, withUi } from '../support/ui-stage.js';

interface Config {
  status: string;
  rules: { id: string; rollout?: { to: number } }[];
}

describe('the UI with several users at once', () => {
  const stage = withUi();
  const ramp = (to: number) => ({ id: 'ramp', rollout: { to }, serve: { variant: 'on' } });
  const conditional = (to: number) => ({ status: 'conditional', rules: [ramp(to)] });
  const flagPage = (key: string) => `/default/production/flags/${key}`;
  const read = (key: string) => stage.change<Config>('GET', `${PRODUCTION}/flags/${key}`);

  it('shows in one tab what another one saves', async () => {
    await stage.makeFlag('shared', conditional(10));
    const first = await stage.openPage(flagPage('shared'));
    const second = await stage.openPage(flagPage('shared'));
    const exact = second.getByLabel('Exact percentage of rule ramp');
    await expect.poll(() => exact.inputValue()).toBe('10');
    await first.getByLabel('Exact percentage of rule ramp').fill('42');
    await first.getByRole('button', { name: 'Save to Production' }).click();
    await expect.poll(() => exact.inputValue()).toBe('42');
  });

  it('shows new flags and kills in a list that is open', async () => {
    const page = await stage.openPage('/default/production/flags');
    await page.getByText('Live', { exact: true }).waitFor();
    await stage.makeFlag('newcomer', { status: 'on' });
    const row = page.getByRole('row').filter({ hasText: 'newcomer' });
    await row.getByText('on', { exact: true }).waitFor();
    await stage.change('POST', `${PRODUCTION}/flags/newcomer/kill`, { reason: 'test' });
    await row.getByText('killed').waitFor();
  });

  it('keeps a draft when the flag is killed meanwhile, and saves it without a conflict', async () => {
    await stage.makeFlag('killed-meanwhile', conditional(10));
    const page = await stage.openPage(flagPage('killed-meanwhile'));
    await page.getByLabel('Exact percentage of rule ramp').fill('20');
    await stage.change('POST', `${PRODUCTION}/flags/killed-meanwhile/kill`, { reason: 'test' });
    await page.getByRole('button', { name: 'Restore…' }).waitFor();
    await page.getByRole('button', { name: 'Save to Production' }).click();
    await untilToast(page, 'Saved to Production.');
    expect((await read('killed-meanwhile')).rules[0]?.rollout?.to).toBe(20);
  });

  it('offers the other version while there is a draft, part by part', async () => {
    await stage.makeFlag('contested', conditional(10));
    const page = await stage.openPage(flagPage('contested'));
    await page.getByLabel('Exact percentage of rule ramp').fill('50');
    await stage.configure('contested', { status: 'off', rules: [ramp(30)] });
    await page.getByText('saved this while you were editing').waitFor();
    expect(await page.getByLabel('Exact percentage of rule ramp').inputValue()).toBe('50');
    await page.getByRole('button', { name: 'Save to Production' }).click();
    const dialog = page.getByRole('dialog', { name: 'Somebody else saved this too' });
    await dialog.getByText('1 part was changed by both of you.').waitFor();
    const mine = dialog.getByRole('region', { name: 'Mine: Rule “ramp”' });
    expect(await mine.textContent()).toContain('50');
    const theirs = dialog.getByRole('region', { name: 'Theirs: Rule “ramp”' });
    expect(await theirs.textContent()).toContain('30');
    await dialog.getByRole('button', { name: 'Use this and go on editing' }).click();
    await page.getByRole('button', { name: 'Save to Production' }).click();
    await untilToast(page, 'Saved to Production.');
    expect(await read('contested')).toMatchObject({ status: 'off', rules: [ramp(50)] });
  });

  it('takes the other version where the user chooses it', async () => {
    await stage.makeFlag('yielded', conditional(10));
    const page = await stage.openPage(flagPage('yielded'));
    await page.getByLabel('Exact percentage of rule ramp').fill('50');
    await stage.configure('yielded', { rules: [ramp(30)] });
    await page.getByRole('button', { name: 'Compare' }).click();
    await page.getByRole('button', { name: 'Take all theirs' }).click();
    await page.getByRole('button', { name: 'Use this and go on editing' }).click();
    const exact = page.getByLabel('Exact percentage of rule ramp');
    await expect.poll(() => exact.inputValue()).toBe('30');
    await page.getByRole('button', { name: 'Save to Production' }).waitFor({ state: 'detached' });
  });

  it('reports a lost server, keeps the draft and catches up when the server returns', async () => {
    await stage.makeFlag('patient', conditional(10));
    const page = await stage.openPage(flagPage('patient'));
    await page.getByText('Live', { exact: true }).waitFor();
    await page.getByLabel('Exact percentage of rule ramp').fill('11');
    await stage.stopServer();
    await page.getByText('No connection to the server.').waitFor();
    await page.getByRole('button', { name: 'Save to Production' }).click();
    await page.getByText('Not saved: The server cannot be reached.').waitFor();
    await stage.startServer();
    await stage.configure('patient', { parent: 'shared' });
    await page.getByText('Live', { exact: true }).waitFor();
    await page.getByText('saved this while you were editing').waitFor();
    expect(await page.getByLabel('Exact percentage of rule ramp').inputValue()).toBe('11');
  });
});
