import { describe, expect, it } from 'vitest';
import { withUi } from '../support/ui-stage.js';

describe('the requests of a page', () => {
  const stage = withUi();

  it('ask for each thing once when a flag is opened, except for the projects', async () => {
    await stage.makeFlag('asked');
    const page = await stage.openPage('/default/production/flags');
    await page.getByText('asked').first().waitFor();
    const asked: string[] = [];
    page.on('request', (request) => {
      const { pathname } = new URL(request.url());
      if (/^\/api\/(?!.*\/audit$)/.test(pathname)) asked.push(pathname.replace('/api/v1', ''));
    });
    await page.goto('/default/production/flags/asked');
    // The history is not counted: it only shows that everything before it has been answered.
    await page.getByRole('link', { name: 'History' }).click();
    await page.getByText('created flag').first().waitFor();
    const count = (path: string) => asked.filter((each) => each === path).length;
    const twice = [...new Set(asked)].filter((path) => count(path) > 1);
    expect(twice).toEqual(['/projects']);
    expect(asked.length).toBeLessThanOrEqual(9);
  });
});
