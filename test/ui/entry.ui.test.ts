import { describe, expect, it } from 'vitest';
import { untilToast } from '../support/toasts.js';
import { withUi } from '../support/ui-stage.js';

/** Tests run in order: the first one creates the administrator that the others need. */
describe('setup and sign-in', () => {
  const stage = withUi({});
  const email = 'ada@example.com';
  const password = 'a password of some length';

  it('refers visitors to the link in the log while no administrator exists', async () => {
    const page = await stage.openStranger('/');
    await page.getByRole('heading', { name: 'Nobody is here yet' }).waitFor();
  });

  it('explains a wrong token and a weak password beside their fields', async () => {
    const page = await stage.openStranger('/setup#token=wrong');
    await page.getByLabel('E-mail').fill(email);
    await page.getByLabel('Password').fill('short');
    await page.getByRole('button', { name: 'Create administrator' }).click();
    const field = page.getByLabel('Password');
    await expect.poll(() => field.getAttribute('aria-invalid')).toBe('true');
    await field.fill(password);
    await page.getByRole('button', { name: 'Create administrator' }).click();
    await page.getByRole('alert').first().waitFor();
    expect(new URL(page.url()).pathname).toBe('/setup');
  });

  it('creates the first administrator from the link and shows an empty list', async () => {
    const link = /\S+\/setup#token=\S+/.exec(stage.server.log)?.[0] ?? '';
    const page = await stage.openStranger(link);
    await page.getByLabel('E-mail').fill(email);
    await page.getByLabel('Name').fill('Ada');
    await page.getByLabel('Password').fill(password);
    await page.getByRole('button', { name: 'Create administrator' }).click();
    await page.getByRole('heading', { name: 'No flags yet' }).waitFor();
    expect(new URL(page.url()).pathname).toBe('/default/development/flags');
  });

  it('rejects a wrong password and opens the requested page after the right one', async () => {
    const page = await stage.openStranger('/default/production/keys');
    await page.getByLabel('E-mail').fill(email);
    await page.getByLabel('Password').fill('something else entirely');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('alert').waitFor();
    await page.getByLabel('Password').fill(password);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'Keys', exact: true }).waitFor();
  });

  it('asks to sign in again over the page, and keeps what was typed', async () => {
    await stage.makeFlag('kept');
    const page = await stage.openStranger('/default/production/flags/kept');
    await page.getByLabel('E-mail').fill(email);
    await page.getByLabel('Password').fill(password);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('Everybody: the on variant').click();
    await page.context().clearCookies();
    await page.getByRole('button', { name: 'Save to Production' }).click();
    const dialog = page.getByRole('dialog', { name: 'Sign in again' });
    await dialog.getByLabel('Password').fill(password);
    await dialog.getByRole('button', { name: 'Sign in' }).click();
    await dialog.waitFor({ state: 'hidden' });
    await page.getByRole('button', { name: 'Save to Production' }).click();
    await untilToast(page, 'Saved to Production.');
  });

  it('changes a password by keyboard and explains why one is rejected', async () => {
    const page = await stage.openStranger('/');
    await page.getByLabel('E-mail').fill(email);
    await page.getByLabel('Password').fill(password);
    await page.keyboard.press('Enter');
    const menu = page.getByRole('button', { name: 'Ada: colours, password and sign out' });
    await menu.press('Enter');
    await page.getByRole('menuitem', { name: 'Change password…' }).press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Change your password' });
    const current = dialog.getByLabel('Current password');
    await expect.poll(() => current.evaluate((node) => node === document.activeElement)).toBe(true);
    await page.keyboard.type(password);
    await page.keyboard.press('Tab');
    await page.keyboard.type('short');
    await page.keyboard.press('Enter');
    await dialog.getByText('Must have 12 to 256 characters, got 5').waitFor();
    await dialog.getByLabel('New password').fill(`${password}, and longer`);
    await page.keyboard.press('Enter');
    await untilToast(page, 'Your password is changed.');
    await expect.poll(() => menu.evaluate((node) => node === document.activeElement)).toBe(true);
    await menu.press('Enter');
    await page.getByRole('menuitem', { name: 'Change password…' }).press('Enter');
    await dialog.getByLabel('Current password').fill(`${password}, and longer`);
    await dialog.getByLabel('New password').fill(password);
    await page.keyboard.press('Enter');
    await dialog.waitFor({ state: 'detached' });
    await page.getByRole('link', { name: 'Audit' }).click();
    await page.getByText('Installation', { exact: true }).click();
    await page.getByText('changed the password of').first().waitFor();
  });

  it('signs a user out', async () => {
    const page = await stage.openStranger('/');
    await page.getByLabel('E-mail').fill(email);
    await page.getByLabel('Password').fill(password);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('button', { name: 'Ada: colours, password and sign out' }).click();
    await page.getByRole('menuitem', { name: /Sign out/ }).click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await page.reload();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  });
});
