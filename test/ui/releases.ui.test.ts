import { createClient, type FlagClient } from '@sluice/sdk';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { violationsOf, widthBeyond } from '../support/axe.js';
import { PRODUCTION, withUi } from '../support/ui-stage.js';

const PROJECT = '/api/v1/projects/default';
const FAILED = 'checkout.failed';
/** Looks every second, and goes on after two of them where nothing is wrong. */
const HASTE = { warmUpSeconds: 0, tickSeconds: 1, finalBakeSeconds: 3_600 };
const guard = (percent: number, minBakeSeconds = 2) => ({
  ...{ percent, minBakeSeconds, minUnits: 0 },
  advance: 'guard',
});
const WATCHED = { ...HASTE, gates: [{ metric: FAILED, action: 'rollback', floor: null }] };
const UNWATCHED = { ...HASTE, gates: [] };
/** Every page is searched by axe, which takes its time on a busy machine. */

describe('releases', () => {
  const stage = withUi();
  let connected: FlagClient | undefined;

  beforeAll(async () => {
    const definition = {
      ...{ kind: 'split', event: FAILED, harmful: 'up', margin: 0, attribution: 'assignment' },
    };
    await stage.change('POST', `${PROJECT}/metrics`, { key: FAILED, definition });
  });
  afterAll(() => connected?.close());

  /** One for all: an instance that went away would be waited for. */
  async function connect(): Promise<FlagClient> {
    const { url, serverKey } = stage.server;
    connected ??= createClient({ url, key: serverKey, service: 'shop' });
    await connected.ready();
    return connected;
  }

  async function start(flag: string, plan: object): Promise<void> {
    await stage.makeFlag(flag);
    await stage.change('POST', `${PRODUCTION}/flags/${flag}/releases`, { plan, start: true });
  }

  const openRelease = (flag: string, options = {}): Promise<Page> =>
    stage.openPage(`/default/production/flags/${flag}/release`, options);
  const current = (page: Page) => page.locator('[aria-current="step"]');
  const sentence = (page: Page) => page.locator('#release-sentence');

  async function confirm(page: Page, button: string, now: string, reason = ''): Promise<void> {
    await page.getByRole('button', { name: button, exact: true }).click();
    await page.getByRole('dialog').getByLabel('Reason').fill(reason);
    await page.getByRole('button', { name: now, exact: true }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  }

  async function choose(page: Page, command: string): Promise<void> {
    await page.getByRole('button', { name: 'More about this release' }).click();
    await page.getByRole('menuitem', { name: command }).click();
  }

  it('start from a template, pause, resume and roll back with a reason', async () => {
    await stage.makeFlag('checkout');
    const page = await openRelease('checkout');
    await page.getByRole('button', { name: 'Start a release' }).click();
    await page.getByRole('radio', { name: /^Fast/ }).check({ force: true });
    const steps = page.getByRole('list', { name: 'The plan as a staircase' });
    await expect.poll(() => steps.getByRole('listitem').count()).toBe(4);
    await page.getByRole('button', { name: 'Remove gate http.latency' }).click();
    await page.getByRole('button', { name: 'Start the release' }).click();
    await current(page)
      .getByText(/^Step 1 of 4: 5 %, current/)
      .waitFor({ state: 'attached' });

    await confirm(page, 'Pause…', 'Pause now');
    await page.getByText('paused: by hand').waitFor();
    await confirm(page, 'Resume…', 'Resume now');
    await page.getByText('releasing', { exact: true }).waitFor();
    await confirm(page, 'Roll back…', 'Roll back now', 'support calls');
    await page.getByText('rolled back', { exact: true }).first().waitFor();
    await page.getByText('“support calls”').first().waitFor();
    await page.getByRole('button', { name: 'Start again…' }).waitFor();
    const config = await stage.change<{ rules: { rollout: { to: number } }[] }>(
      'GET',
      `${PRODUCTION}/flags/checkout`,
    );
    expect(config.rules.at(-1)?.rollout.to).toBe(0);
  });

  it('show errors of a plan beside its fields before the start', async () => {
    await stage.makeFlag('planned');
    const page = await openRelease('planned');
    await page.getByRole('button', { name: 'Start a release' }).click();
    await page.getByLabel('Percentage of step 2').fill('0.5');
    const second = page
      .getByRole('list', { name: 'Steps', exact: true })
      .getByRole('listitem')
      .nth(1);
    await second.getByText(/Expected more than the 1 of the step before/i).waitFor();
    await page.getByLabel('Percentage of step 2').fill('2');
    await expect.poll(() => second.getByRole('alert').count()).toBe(0);
    await second.getByLabel('Goes on when').selectOption('guard');
    await second.getByText('time and absence of harm only').waitFor();
    await page.getByText('No traffic in the last day').first().waitFor();
  });

  it('advance on an open page, and their rule names the release as its controller', async () => {
    await connect();
    await start('moving', { ...UNWATCHED, steps: [guard(5), guard(25, 3_600), guard(100)] });
    const watching = await openRelease('moving');
    await current(watching)
      .getByText(/^Step 2 of 3: 25 %, current/)
      .waitFor({ state: 'attached' });
    await watching.getByRole('list', { name: 'What it waits for' }).getByText('Bakes').waitFor();
    await watching.getByRole('link', { name: 'Targeting' }).click();
    const slider = watching.getByRole('slider', { name: /managed by its release/ });
    expect(await slider.isDisabled()).toBe(true);
    await watching.getByRole('link', { name: 'the release', exact: true }).click();
    await sentence(watching).waitFor();
    await watching.getByRole('link', { name: 'Flags', exact: true }).click();
    const row = watching.getByRole('row').filter({ hasText: 'moving' });
    await row.getByText('releasing 25 %').waitFor();
  });

  it('wait for an approval, take a changed plan and start again', async () => {
    await connect();
    const steps = [{ ...guard(10), approval: true }, guard(50, 3_600), guard(100)];
    await start('approved', { ...UNWATCHED, steps });
    const page = await openRelease('approved');
    const approve = page.getByRole('button', { name: 'Approve…' });
    await approve.waitFor();
    await approve.press('Enter');
    await page.keyboard.press('Escape');
    await expect.poll(() => approve.evaluate((node) => node === document.activeElement)).toBe(true);
    await confirm(page, 'Approve…', 'Approve', 'looks good');
    await current(page)
      .getByText(/^Step 2 of 3: 50 %, current/)
      .waitFor({ state: 'attached' });
    await page.getByText('“looks good”').first().waitFor();

    await choose(page, 'Change the plan…');
    await page.getByRole('region', { name: 'Change the plan' }).waitFor();
    await page.getByLabel('Percentage of step 3').fill('80');
    await page.getByLabel('Reason').fill('not everybody yet');
    await page.getByRole('button', { name: 'Save the plan' }).click();
    const stairs = page.getByRole('listitem').filter({ hasText: 'Step 3 of 3: 80 %' });
    await stairs.waitFor({ state: 'attached' });
    await page.getByText('“not everybody yet”').first().waitFor();

    await choose(page, 'Start again…');
    await page.getByRole('button', { name: 'Start again', exact: true }).click();
    await current(page)
      .getByText(/^Step 1 of 3: 10 %, current/)
      .waitFor({ state: 'attached' });
    await page.getByText('replaced', { exact: true }).waitFor();
  });

  it('begin at the chosen time and show it', async () => {
    await stage.makeFlag('evening');
    const page = await openRelease('evening');
    await page.getByRole('button', { name: 'Start a release' }).click();
    await page.getByRole('radio', { name: 'at a time' }).check({ force: true });
    await page.getByLabel('Start at').fill('2099-03-01T18:00');
    await page.getByLabel('Start at').blur();
    await page.getByRole('button', { name: 'Schedule it' }).click();
    await page.getByText('scheduled', { exact: true }).first().waitFor();
    await page
      .getByText(/Mar 1, 2099/)
      .first()
      .waitFor();
    await confirm(page, 'Cancel the release…', 'Cancel the release');
    await page.getByText('cancelled', { exact: true }).first().waitFor();
  });

  it('roll back by themselves when users with the feature fail, and show the numbers', async () => {
    const client = await connect();
    await start('harmful', { ...WATCHED, steps: [guard(50, 3_600), guard(100)] });
    const page = await openRelease('harmful');
    await current(page).waitFor();
    await expect
      .poll(() => client.isActive('harmful', { targetingKey: 'p1' }) !== undefined)
      .toBe(true);
    for (let person = 0; person < 400; person += 1) {
      const context = { targetingKey: `p${person}` };
      const isTreated = client.isActive('harmful', context);
      if (isTreated || person % 20 === 0) client.track(FAILED, context);
    }
    await client.flush();
    await expect
      .poll(() => sentence(page).innerText())
      .toMatch(
        /^Rolled back at once from 50 %: checkout\.failed hit \d+ of \d+ people with the feature/,
      );
    await page.getByText('harm proven').waitFor();
    await page.getByText('Counts by phase').click();
    const counts = page.getByRole('region', { name: `${FAILED} by phase` });
    await counts.getByRole('row').nth(1).getByText('50 %', { exact: true }).waitFor();
    const verdict = page.getByRole('listitem').filter({ hasText: 'Rolled back at once' });
    await verdict.getByText('Inputs').click();
    await page.getByRole('button', { name: 'Recompute' }).click();
    await page.getByText('The same verdict comes out.').waitFor();
    expect(await violationsOf(page)).toEqual([]);
  });

  it('are accessible and fit a narrow screen: running, planned, in light and dark', async () => {
    await start('looked-at', { ...WATCHED, steps: [guard(5, 3_600), guard(25), guard(100)] });
    await stage.makeFlag('not-yet');
    const viewport = { width: 360, height: 740 };
    for (const options of [{ colorScheme: 'light' }, { colorScheme: 'dark', viewport }] as const) {
      const page = await openRelease('looked-at', options);
      await page.getByRole('heading', { name: 'Timeline' }).waitFor();
      expect(await violationsOf(page), 'running').toEqual([]);
      await page.getByRole('button', { name: 'More about this release' }).click();
      await page.getByRole('menuitem', { name: 'Advance anyway…' }).click();
      const advance = page.getByRole('button', { name: 'Advance now' });
      expect(await advance.isDisabled()).toBe(true);
      expect(await violationsOf(page), 'advance').toEqual([]);
      expect(await widthBeyond(page), 'running').toBeLessThanOrEqual(0);
      await page.goto('/default/production/flags/not-yet/release');
      await page.getByRole('button', { name: 'Start a release' }).click();
      await page.getByRole('radio', { name: /^Careful/ }).check({ force: true });
      const steps = page.getByRole('list', { name: 'The plan as a staircase' });
      await expect.poll(() => steps.getByRole('listitem').count()).toBe(8);
      expect(await violationsOf(page), 'planner').toEqual([]);
      expect(await widthBeyond(page), 'planner').toBeLessThanOrEqual(0);
    }
  });

  it('are judged by metrics that people define, with what is refused beside its field', async () => {
    const page = await stage.openPage('/default/production/metrics');
    await page.getByRole('button', { name: 'New metric' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Key').fill('purchase');
    await dialog.getByRole('button', { name: 'Create metric' }).click();
    await dialog.getByRole('alert').first().waitFor();
    await dialog.getByRole('textbox', { name: 'Event' }).fill('purchase');
    await dialog.getByLabel('Worse is').selectOption('down');
    expect(await violationsOf(page), 'metric').toEqual([]);
    await dialog.getByRole('button', { name: 'Create metric' }).click();
    const row = page.getByRole('row').filter({ hasText: 'people with purchase; fewer is worse' });
    await row.getByRole('button', { name: 'Delete purchase' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await row.waitFor({ state: 'detached' });
  });
});
