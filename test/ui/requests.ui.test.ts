import { describe, expect, it } from 'vitest';
import { withUi } from '../support/ui-stage.js';

describe('the requests of a page', () => {
  const stage = withUi();

  it('ask for nothing twice when the page of a flag is opened, but for the projects', async () => {
    await stage.makeFlag('asked');
    const page = await stage.openPage('/default/production/flags/asked?tab=history');
    await page.getByText('created the flag').first().waitFor();
    const asked: string[] = [];
    page.on('request', (request) => {
      const { pathname } = new URL(request.url());
      if (pathname.startsWith('/api/')) asked.push(pathname.replace('/api/v1', ''));
    });
    await page.goto('/default/production/flags/asked');
    await page.getByRole('button', { name: 'Save to Production' }).waitFor();
    await page.getByRole('link', { name: 'History' }).click();
    await page.getByText('created the flag').first().waitFor();
    const count = (path: string) => asked.filter((each) => each === path).length;
    const twice = [...new Set(asked)].filter((path) => count(path) > 1);
    expect(twice).toEqual(['/projects']);
    expect(asked.length).toBeLessThanOrEqual(10);
  });
});
