import { gzipSync } from 'node:zlib';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { ask } from '../support/ask.js';
import { withUi } from '../support/ui-stage.js';

const SIGN_IN_BYTES_MAX = 90_000;
const FLAG_LIST_BYTES_MAX = 130_000;

describe('the script of a page', () => {
  const stage = withUi();

  /** Compressed bytes of every script that the page has loaded. */
  async function scriptBytes(page: Page): Promise<number> {
    const urls = await page.evaluate(() =>
      performance.getEntriesByType('resource').map(({ name }) => name),
    );
    const scripts = [...new Set(urls.filter((url) => url.endsWith('.js')))];
    expect(scripts.length).toBeGreaterThan(0);
    const answers = await Promise.all(scripts.map((url) => ask(url)));
    return answers.reduce((sum, { text }) => sum + gzipSync(text).length, 0);
  }

  it('stays below 90 kB for signing in', async () => {
    const page = await stage.openStranger('/sign-in');
    // The pages behind signing in are loaded when the browser is idle, which may be before the
    // count: they are no part of what a person waits for, so the count starts without them.
    await page.addInitScript(() => {
      window.requestIdleCallback = () => 0;
    });
    await page.reload();
    await page.getByLabel('Password').waitFor();
    expect(await scriptBytes(page)).toBeLessThanOrEqual(SIGN_IN_BYTES_MAX);
  });

  it('stays below 130 kB for the list of flags', async () => {
    const page = await stage.openPage('/default/production/flags');
    await page.getByRole('heading', { name: 'No flags yet' }).waitFor();
    expect(await scriptBytes(page)).toBeLessThanOrEqual(FLAG_LIST_BYTES_MAX);
  });
});
